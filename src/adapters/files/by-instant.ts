import {END_OF_TIME, type EventTime} from '../../core/event/time.js'
import {type FinalRecord, readFinalFile, type TimedRecord} from './final-file.js'
import type {RecordFile} from './record-file.js'

/** The files' records of one event time, file by file. */
export interface Instant<R extends readonly FinalRecord[]> {
  readonly time: EventTime
  readonly records: {readonly [I in keyof R]: readonly R[I][]}
}

type Files<R extends readonly FinalRecord[]> = {readonly [I in keyof R]: RecordFile<R[I]>}

/**
 * Reads files that are sorted by event time side by side, one event time after the other. Holds one block of each.
 * Throws what `readFinalFile` throws.
 */
export async function* byInstant<R extends readonly FinalRecord[]>(
  ...files: Files<R>
): AsyncGenerator<Instant<R>> {
  const cursors = files.map((file) => new Cursor(file))
  for (const cursor of cursors) await cursor.fill()
  for (;;) {
    const time = Math.min(...cursors.map((cursor) => cursor.time)) as EventTime
    if (time === END_OF_TIME) return
    const records: (readonly FinalRecord[])[] = []
    for (const cursor of cursors) records.push(cursor.time > time ? NONE : await cursor.takeInstant())
    yield {time, records: records as unknown as Instant<R>['records']}
  }
}

const NONE: readonly FinalRecord[] = []

/** A place in one file. */
class Cursor<T extends FinalRecord> {
  private readonly blocks: AsyncGenerator<readonly TimedRecord<T>[]>
  private block: readonly TimedRecord<T>[] = []
  private position = 0

  constructor(file: RecordFile<T>) {
    this.blocks = readFinalFile(file)
  }

  /** Event time of the next record; the end of time if there is none. */
  get time(): EventTime {
    return this.block[this.position]?.time ?? END_OF_TIME
  }

  /** Reads on where the block is used up. */
  async fill(): Promise<void> {
    while (this.position >= this.block.length) {
      const next = await this.blocks.next()
      if (next.done) return
      this.block = next.value
      this.position = 0
    }
  }

  /** The next records that have the same event time. */
  async takeInstant(): Promise<readonly T[]> {
    const {time} = this
    const taken: T[] = []
    while (this.time === time) {
      taken.push((this.block[this.position++] as TimedRecord<T>).record)
      if (this.position >= this.block.length) await this.fill()
    }
    return taken
  }
}
