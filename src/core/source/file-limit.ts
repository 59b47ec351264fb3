/** Longest file in bytes. Longer ones are not read. */
export const FILE_LIMIT_BYTES = 256 * 1024

/** Why a file is too long, as its fault tells it. */
export function tooLong(bytes: number): {readonly message: string; readonly remedy: string} {
  return {
    message: `the file has ${kib(bytes)} KiB; the limit is ${kib(FILE_LIMIT_BYTES)} KiB`,
    remedy: 'split it: one rule per file, a long list into several lists',
  }
}

function kib(bytes: number): number {
  return Math.ceil(bytes / 1024)
}
