/** Kinds of frames in a file of served rows. */
export const SCHEMA_FRAME = 1
export const ROW_FRAME = 2

/** Length of the content and kind. */
const HEAD = 5

/** No content is longer: a greater length says that these are other bytes. */
const CONTENT_LIMIT = 64 * 1024 * 1024

/** A frame: the length of its content (four bytes), its kind (one byte), its content. */
export function frame(kind: number, content: Buffer): Buffer {
  const head = Buffer.alloc(HEAD)
  head.writeUInt32LE(content.length)
  head.writeUInt8(kind, 4)
  return Buffer.concat([head, content])
}

/** Reads frames from bytes that come in pieces. What `fail` gives is thrown where they end within one. */
export class ByteReader {
  private readonly chunks: AsyncIterator<Uint8Array>
  private held: Buffer = Buffer.alloc(0)
  private taken = 0

  constructor(
    chunks: AsyncIterable<Uint8Array>,
    private readonly fail: (problem: string) => Error,
  ) {
    this.chunks = chunks[Symbol.asyncIterator]()
  }

  /** How many bytes were taken. */
  get position(): number {
    return this.taken
  }

  /** The next frame; undefined at the end. */
  async frame(): Promise<{readonly kind: number; readonly content: Buffer} | undefined> {
    if (!(await this.holds(1))) return undefined
    const head = await this.take(HEAD)
    const length = head.readUInt32LE()
    if (length > CONTENT_LIMIT) throw this.fail(`it is damaged before byte ${this.taken}`)
    return {kind: head.readUInt8(4), content: await this.take(length)}
  }

  async take(count: number): Promise<Buffer> {
    if (!(await this.holds(count)))
      throw this.fail(`it is cut short at byte ${this.taken + this.held.length}`)
    const bytes = this.held.subarray(0, count)
    this.held = this.held.subarray(count)
    this.taken += count
    return bytes
  }

  private async holds(count: number): Promise<boolean> {
    if (this.held.length >= count) return true
    const pieces: Uint8Array[] = [this.held]
    let length = this.held.length
    while (length < count) {
      const next = await this.chunks.next()
      if (next.done === true) break
      pieces.push(next.value)
      length += next.value.length
    }
    this.held = Buffer.concat(pieces)
    return length >= count
  }
}
