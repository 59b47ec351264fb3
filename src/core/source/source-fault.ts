/** Something wrong (or doubtful) in a file that a person wrote: where, what, and what to write instead. */
export interface SourceFault {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly message: string
  readonly remedy: string
  /** A warning does not keep the file from being used. */
  readonly severity: 'error' | 'warning'
}

/** A file as text, under the path that its faults name. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** `file:line:column: what is wrong; what to write instead` */
export function formatFault({file, line, column, message, remedy, severity}: SourceFault): string {
  const kind = severity === 'warning' ? 'warning: ' : ''
  return `${file}:${line}:${column}: ${kind}${message}; ${remedy}`
}

export function isError(fault: SourceFault): boolean {
  return fault.severity === 'error'
}
