import {createWriteStream, type WriteStream} from 'node:fs'
import {once} from 'node:events'

const FLUSH_AT = 256 * 1024

/** Writes lines to a file, in large pieces; `drained` holds the writer back when the disk is slower. */
export class NdjsonWriter {
  private readonly stream: WriteStream
  private buffered: string[] = []
  private bufferedLength = 0
  private failure: Error | undefined
  private isFull = false

  constructor(path: string) {
    this.stream = createWriteStream(path)
    this.stream.on('error', (error) => {
      this.failure = error
    })
  }

  /** One line, without its end. */
  write(line: string): void {
    this.buffered.push(line)
    this.bufferedLength += line.length
    if (this.bufferedLength >= FLUSH_AT) this.flush()
  }

  /** Resolves when there is room for more. Rejects if the file could not be written. */
  async drained(): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    if (!this.isFull) return
    await once(this.stream, 'drain')
    this.isFull = false
  }

  async close(): Promise<void> {
    this.flush()
    this.stream.end()
    if (!this.stream.closed) await once(this.stream, 'close')
    if (this.failure !== undefined) throw this.failure
  }

  private flush(): void {
    if (this.buffered.length === 0) return
    this.isFull = !this.stream.write(`${this.buffered.join('\n')}\n`)
    this.buffered = []
    this.bufferedLength = 0
  }
}
