import type {InputRecord} from '../../engine/port/event-source.js'

const RECORDS = 10_000
const BYTES = 16 * 1024 * 1024

/** Cut the array back when so many of its first entries are no longer used. */
const UNUSED = 4_096

/**
 * The newest records of the log in memory, without gaps, until they are read. What does not fit is dropped, the oldest
 * first, and read from disk.
 */
export class LogTail {
  private records: InputRecord[] = []
  private begin = 0
  private bytes = 0

  push(record: InputRecord): void {
    this.records.push(record)
    this.bytes += sizeOf(record)
    while (this.records.length - this.begin > RECORDS || this.bytes > BYTES) this.dropFirst()
  }

  /** Whether the record at this offset is here. */
  holds(offset: number): boolean {
    const first = this.records[this.begin]
    return first !== undefined && offset >= first.offset
  }

  /** Takes the records from `offset` on, at least one, up to `limit` records or about `byteLimit` bytes. */
  take(offset: number, limit: number, byteLimit: number): readonly InputRecord[] {
    while (
      this.records[this.begin] !== undefined &&
      (this.records[this.begin] as InputRecord).offset < offset
    ) {
      this.dropFirst()
    }
    const taken: InputRecord[] = []
    let bytes = 0
    while (taken.length < limit && bytes < byteLimit) {
      const record = this.records[this.begin]
      if (record === undefined) break
      taken.push(record)
      bytes += sizeOf(record)
      this.dropFirst()
    }
    return taken
  }

  private dropFirst(): void {
    this.bytes -= sizeOf(this.records[this.begin] as InputRecord)
    this.begin++
    if (this.begin < UNUSED && this.begin < this.records.length) return
    this.records = this.records.slice(this.begin)
    this.begin = 0
  }
}

/** Bytes of the input and, roughly, of what surrounds them. */
export function sizeOf({bytes}: InputRecord): number {
  return (bytes?.length ?? 0) + 100
}
