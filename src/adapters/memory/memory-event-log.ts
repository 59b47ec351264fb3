import type {Clock} from '../../engine/port/clock.js'
import {cutAtControl} from '../../engine/port/control-record.js'
import type {EventIntake, IntakeRecord} from '../../engine/port/event-intake.js'
import type {EventSource, InputBatch, InputRecord} from '../../engine/port/event-source.js'

export interface MemoryEventLogOptions {
  readonly clock: Clock
  /** Default 1. */
  readonly partitions?: number | undefined
  /** Most records of a batch. Default 512. */
  readonly batchSize?: number | undefined
  /** After so long without input, an empty batch tells the time. In ms; default 250. */
  readonly tickMs?: number | undefined
}

interface LogPartition {
  readonly number: number
  readonly records: InputRecord[]
  position: number
}

/** A batch holds about so many bytes at most. */
const BATCH_BYTES = 1024 * 1024

/** A log in memory. Offsets are places in its partition, from 0; partitions take turns. */
export class MemoryEventLog implements EventSource, EventIntake {
  private readonly clock: Clock
  private readonly batchSize: number
  private readonly tickMs: number
  private readonly log: readonly LogPartition[]
  private turn = 0
  private ended = false
  private stopped = false
  private wake: (() => void) | undefined

  constructor({clock, partitions = 1, batchSize = 512, tickMs = 250}: MemoryEventLogOptions) {
    this.clock = clock
    this.batchSize = batchSize
    this.tickMs = tickMs
    this.log = Array.from({length: partitions}, (_, number) => ({number, records: [], position: 0}))
  }

  partitions(): readonly number[] {
    return this.log.map(({number}) => number)
  }

  seek(partition: number, offset: number): void {
    this.partition(partition).position = offset
  }

  async append(partition: number, records: readonly IntakeRecord[]): Promise<readonly number[]> {
    const log = this.partition(partition)
    const offsets = records.map(({stream, bytes, refusal, ingestedAt}) => {
      const offset = log.records.length
      log.records.push({stream, offset, ingestedAt, bytes: bytes?.slice(), outcome: refusal})
      return offset
    })
    this.wake?.()
    return offsets
  }

  /** No more will be appended: after the last record `next` gives undefined. */
  end(): void {
    this.ended = true
    this.wake?.()
  }

  /** Ends the reading at once: `next` gives undefined, also one that is waiting. */
  stop(): void {
    this.stopped = true
    this.wake?.()
  }

  async next(): Promise<InputBatch | undefined> {
    if (!this.hasUnread() && !this.ended && !this.stopped) await this.waitForInput()
    if (this.stopped || (this.ended && !this.hasUnread())) return undefined
    const log = this.takeTurn()
    const {taken, records, ...asked} = cutAtControl(this.read(log))
    log.position += taken.length
    const last = taken.at(-1)
    const isAtEnd = last === undefined || log.position === log.records.length
    const isControl = taken.length > records.length
    const polledAt = isAtEnd && !isControl ? this.clock.now() : (last as InputRecord).ingestedAt
    const {number: partition, position: nextOffset} = log
    return {partition, records, ...asked, polledAt, nextOffset}
  }

  async *before(partition: number, offset: number): AsyncGenerator<readonly InputRecord[]> {
    const {records} = this.partition(partition)
    for (let end = Math.min(offset, records.length); end > 0; end -= this.batchSize)
      yield records.slice(Math.max(0, end - this.batchSize), end)
  }

  /** The next partition with unread records; if there is none, each partition in turn is told the time. */
  private takeTurn(): LogPartition {
    for (let i = 0; i < this.log.length; i++) {
      const index = (this.turn + i) % this.log.length
      const log = this.log[index] as LogPartition
      if (log.position >= log.records.length) continue
      this.turn = index + 1
      return log
    }
    return this.log[this.turn++ % this.log.length] as LogPartition
  }

  private read({number, records, position}: LogPartition): readonly InputRecord[] {
    if (position > records.length) {
      throw new RangeError(
        `offset ${position} is not on partition ${number}, which holds ${records.length} records`,
      )
    }
    let bytes = 0
    let end = position
    while (end < records.length && end - position < this.batchSize && bytes < BATCH_BYTES) {
      bytes += records[end]?.bytes?.length ?? 0
      end++
    }
    return records.slice(position, end)
  }

  private hasUnread(): boolean {
    return this.log.some(({records, position}) => position !== records.length)
  }

  private partition(number: number): LogPartition {
    const log = this.log[number]
    if (log === undefined)
      throw new RangeError(`there is no partition ${number}; the log has ${this.log.length}`)
    return log
  }

  private waitForInput(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.wake = undefined
        resolve()
      }
      const timer = setTimeout(done, this.tickMs)
      this.wake = done
    })
  }
}
