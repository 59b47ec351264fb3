import {once} from 'node:events'
import {createWriteStream, type WriteStream} from 'node:fs'

/** Larger pieces cost more per byte: their text would no longer be made in the young generation. */
const FLUSH_AT = 64 * 1024
const NEWLINE = Buffer.from('\n')

/** Writes lines to a file, in large pieces; `drained` holds the writer back when the disk is slower. */
export class NdjsonWriter {
  private readonly stream: WriteStream
  private buffered: (string | Uint8Array)[] = []
  private bufferedLength = 0
  private failure: Error | undefined

  constructor(path: string) {
    this.stream = createWriteStream(path)
    this.stream.on('error', (error) => {
      this.failure = error
    })
  }

  /** One line, without its end: as text, or as bytes that are to stay as they are. */
  write(line: string | Uint8Array): void {
    this.buffered.push(line)
    this.bufferedLength += line.length
    if (this.bufferedLength >= FLUSH_AT) this.flush()
  }

  /** Resolves when there is room for more. Rejects if the file could not be written. */
  async drained(): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    if (this.stream.writableNeedDrain) await once(this.stream, 'drain')
  }

  async close(): Promise<void> {
    this.flush()
    this.stream.end()
    if (!this.stream.closed) await once(this.stream, 'close')
    if (this.failure !== undefined) throw this.failure
  }

  private flush(): void {
    if (this.buffered.length === 0) return
    this.stream.write(joined(this.buffered))
    this.buffered = []
    this.bufferedLength = 0
  }
}

function joined(lines: readonly (string | Uint8Array)[]): string | Buffer {
  if (lines.every((line) => typeof line === 'string')) return `${lines.join('\n')}\n`
  return Buffer.concat(
    lines.flatMap((line) => [typeof line === 'string' ? Buffer.from(line) : line, NEWLINE]),
  )
}
