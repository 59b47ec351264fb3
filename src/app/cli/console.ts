/** What a command says, and where: results on stdout, everything else on stderr. */
export interface Console {
  /** Whether the one JSON object of `--json` is all that stdout gets. */
  readonly json: boolean
  /** A line of the result, for people; nothing under `--json`. */
  line(text: string): void
  /** The result, for programs; nothing without `--json`. */
  result(value: unknown): void
  /** A line about the work, on stderr. */
  note(text: string): void
  /** Replaces the last progress line; silent unless stderr is a terminal. */
  progress(text: string): void
  /** Clears the progress line. */
  endProgress(): void
}

export function createConsole(json: boolean): Console {
  const {stdout, stderr} = process
  let progressShown = false
  const clear = (): void => {
    if (progressShown) stderr.write('\r\u001b[K')
    progressShown = false
  }
  return {
    json,
    line: (text) => {
      clear()
      if (!json) stdout.write(`${text}\n`)
    },
    result: (value) => {
      clear()
      if (json) stdout.write(`${JSON.stringify(value)}\n`)
    },
    note: (text) => {
      clear()
      stderr.write(`${text}\n`)
    },
    progress: (text) => {
      if (!stderr.isTTY) return
      stderr.write(`\r\u001b[K${text.slice(0, (stderr.columns ?? 80) - 1)}`)
      progressShown = true
    },
    endProgress: clear,
  }
}

/** `1,234,567` */
export function grouped(count: number): string {
  return count.toLocaleString('en-US', {maximumFractionDigits: 0})
}
