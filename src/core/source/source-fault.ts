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
  /** Why it could not be read; its text is empty then. */
  readonly unread?: {readonly message: string; readonly remedy: string}
}

/** The steps from the top of a file to a value: names of fields, places in lists. */
export type Path = readonly PropertyKey[]

/**
 * A fault at a place of the file, which is where the value at `path` stands: `offset` characters into it if it is
 * text. For `name` it is the field's name that is at fault.
 */
export type FaultAt = (
  path: Path,
  message: string,
  remedy: string,
  severity?: SourceFault['severity'],
  offset?: number | 'name',
) => SourceFault

/** `file:line:column: what is wrong; what to write instead` */
export function formatFault({file, line, column, message, remedy, severity}: SourceFault): string {
  const kind = severity === 'warning' ? 'warning: ' : ''
  return `${file}:${line}:${column}: ${kind}${message}; ${remedy}`
}

export function isError(fault: SourceFault): boolean {
  return fault.severity === 'error'
}

/** By file and place. */
export function byPlace(a: SourceFault, b: SourceFault): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}
