import type {z} from 'zod'
import {type Line, readLines} from './line-reader.js'

/** A file of NDJSON records, and what each of its lines holds. */
export interface RecordFile<T> {
  readonly path: string
  readonly schema: z.ZodType<T>
}

export interface NumberedRecord<T> {
  readonly record: T
  /** From 1. */
  readonly line: number
}

/** A file holds something else than it should: says where, what is wrong, and what to do. */
export class BrokenFileError extends Error {
  constructor(path: string, line: number, problem: string, remedy: string) {
    super(`${path}:${line}: ${problem}; ${remedy}`)
    this.name = 'BrokenFileError'
  }
}

/**
 * The records of a file, in blocks. Blank lines are skipped. Throws BrokenFileError at a line that holds no such
 * record, and what `readLines` throws if the file cannot be read.
 */
export async function* readRecords<T>({
  path,
  schema,
}: RecordFile<T>): AsyncGenerator<readonly NumberedRecord<T>[]> {
  let line = 0
  for await (const lines of readLines([path])) {
    const records: NumberedRecord<T>[] = []
    for (const {bytes} of lines) {
      line++
      const text = textOf(bytes, path, line)
      if (text.trim() !== '') records.push({record: parse(text, schema, path, line), line})
    }
    yield records
  }
}

function textOf(bytes: Line['bytes'], path: string, line: number): string {
  if (bytes !== undefined) return bytes.toString('utf8')
  throw new BrokenFileError(path, line, 'the line is too long for a record', WRITE_ANEW)
}

function parse<T>(text: string, schema: z.ZodType<T>, path: string, line: number): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new BrokenFileError(path, line, `not JSON (${text.length} characters)`, WRITE_ANEW)
  }
  const {data, error} = schema.safeParse(value)
  if (error === undefined) return data
  const [issue] = error.issues
  const place = issue?.path.join('.') || 'the record'
  throw new BrokenFileError(path, line, `${place}: ${issue?.message ?? 'does not fit'}`, WRITE_ANEW)
}

const WRITE_ANEW = 'give a whole file, one JSON object per line, as tripline writes it'
