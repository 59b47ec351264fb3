import {readFile} from 'node:fs/promises'

/** The lines of a file without their ends. The last one ends too, or the file is empty. */
export async function linesOf(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8')
  if (text !== '' && !text.endsWith('\n')) throw new Error(`${path}: the last line has no end`)
  return text.split('\n').slice(0, -1)
}

/** The JSON values of a file, one per line. */
export async function recordsOf<T>(path: string): Promise<readonly T[]> {
  return (await linesOf(path)).map((line) => JSON.parse(line) as T)
}
