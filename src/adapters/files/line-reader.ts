import {createReadStream} from 'node:fs'
import type {Readable} from 'node:stream'
import {createGunzip} from 'node:zlib'

/** A line longer than this is not kept. */
export const LONGEST_LINE = 16 * 1024 * 1024

const CHUNK = 1024 * 1024
const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d

/** An input exists and cannot be read: it is a folder, not compressed though its name says so, or not allowed. */
export class UnreadableInputError extends Error {
  constructor(path: string, cause: Error) {
    const {message} = cause
    super(`${path}: it cannot be read (${message}); give NDJSON, or a gzip file whose name ends in .gz`, {
      cause,
    })
    this.name = 'UnreadableInputError'
  }
}

/**
 * One line without its end: a place in a larger piece of a file, which it keeps from being freed. The text is made
 * when it is asked for, without a buffer for the line in between, which would cost more than the text.
 */
export class Line {
  constructor(
    /** Undefined if the line is longer than `LONGEST_LINE`: then only its length is told. */
    private readonly piece: Buffer | undefined,
    private readonly start: number,
    /** In bytes. */
    readonly length: number,
  ) {}

  static of(text: string): Line {
    const bytes = Buffer.from(text)
    return new Line(bytes, 0, bytes.length)
  }

  get text(): string | undefined {
    return this.piece?.toString('utf8', this.start, this.start + this.length)
  }

  get bytes(): Buffer | undefined {
    return this.piece?.subarray(this.start, this.start + this.length)
  }
}

function openInput(path: string): Readable {
  if (path === '-') return process.stdin
  const file = createReadStream(path, {highWaterMark: CHUNK})
  if (!path.endsWith('.gz')) return file
  const plain = createGunzip({chunkSize: CHUNK})
  file.on('error', (error) => plain.destroy(error))
  return file.pipe(plain)
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* openInput(path)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw isMissing ? error : new UnreadableInputError(path, error as Error)
  }
}

/**
 * The lines of files, one file after the other, in blocks: all those that one read completed. Reading waits until
 * the block is taken. `-` is standard input; a name that ends in `.gz` is decompressed. Throws UnreadableInputError,
 * or ENOENT where there is no such file.
 */
export async function* readLines(paths: readonly string[]): AsyncGenerator<readonly Line[]> {
  for (const path of paths) yield* readFileLines(path)
}

async function* readFileLines(path: string): AsyncGenerator<readonly Line[]> {
  let carried: Buffer[] = []
  let carriedLength = 0
  const carriedLine = (end: Buffer): Line => {
    const length = carriedLength + end.length
    const line =
      length > LONGEST_LINE
        ? new Line(undefined, 0, length)
        : lineIn(Buffer.concat([...carried, end]), 0, length)
    carried = []
    carriedLength = 0
    return line
  }
  for await (const chunk of chunksOf(path)) {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(carriedLength > 0 ? carriedLine(chunk.subarray(0, end)) : lineIn(chunk, start, end))
      start = end + 1
    }
    const rest = chunk.subarray(start)
    carriedLength += rest.length
    if (carriedLength > LONGEST_LINE) carried = []
    else if (rest.length > 0) carried.push(rest)
    if (lines.length > 0) yield lines
  }
  if (carriedLength > 0) yield [carriedLine(Buffer.alloc(0))]
}

function lineIn(piece: Buffer, start: number, newline: number): Line {
  const end = newline > start && piece[newline - 1] === CARRIAGE_RETURN ? newline - 1 : newline
  return new Line(piece, start, end - start)
}
