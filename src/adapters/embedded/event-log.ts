import {setTimeout as sleep} from 'node:timers/promises'
import type {WallTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import {cutAtControl} from '../../engine/port/control-record.js'
import type {EventIntake, IntakeRecord} from '../../engine/port/event-intake.js'
import type {EventSource, InputBatch, InputRecord} from '../../engine/port/event-source.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {Exclusive} from './exclusive.js'
import {GroupWrite} from './group-write.js'
import {LOG, LOG_FIRST, numberPart, under} from './keyspace.js'
import {decodeBlock, encodeBlocks, type LogBlock} from './log-block.js'
import {type RecordChange, rewriteBlock} from './log-rewrite.js'
import {LogTail, sizeOf} from './log-tail.js'
import {lastOffsetOf, recordsBefore, recordsBetween} from './stored-records.js'

export interface EventLogOptions {
  readonly clock: Clock
  /** Most records of a batch. Default 512. */
  readonly batchSize?: number | undefined
  /** After so long without input, an empty batch tells the time. In ms; default 250. */
  readonly tickMs?: number | undefined
  /** Where inputs come one after the other, batches begin at least so long apart. In ms; default 3. */
  readonly spacingMs?: number | undefined
  /** How long the log keeps what is committed, by its ingest time. In ms; default 7 days. */
  readonly retentionMs?: number | undefined
  /** Records that may wait to be written; more are refused with IntakeOverloadedError. Default 50,000. */
  readonly waitingLimit?: number | undefined
}

/** A batch holds about so many bytes at most. */
const BATCH_BYTES = 1024 * 1024

const BLOCKS_PER_DROP = 100

/** How long the log keeps events, unless told otherwise: 7 days. */
export const LOG_RETENTION_MS = 7 * 24 * 3_600_000

/** What should be read is not on the log: it was dropped, or never written. */
export class OffsetOutOfRangeError extends Error {
  constructor(offset: number, first: number, end: number) {
    super(
      `offset ${offset} is not on the log, which holds ${first} to ${end}; the state belongs to another log`,
    )
    this.name = 'OffsetOutOfRangeError'
  }
}

/**
 * The log on local disk: one partition, 0, and one sequence of offsets for all streams, so that the order of arrival
 * is kept over streams. Offsets begin at 0 and go on after a restart.
 */
export class EmbeddedEventLog implements EventSource, EventIntake {
  private readonly tail = new LogTail()
  private readonly writes: GroupWrite<LogBlock>
  /** Blocks that are rewritten must not have been dropped. */
  private readonly changes = new Exclusive()
  private readonly clock: Clock
  private readonly batchSize: number
  private readonly tickMs: number
  private readonly spacingMs: number
  private readonly retentionMs: number
  private position = 0
  /** When the last batch with input was taken, by a monotonic clock in ms. */
  private takenAt = Number.NEGATIVE_INFINITY
  private stopped = false
  private wake: (() => void) | undefined

  private constructor(
    private readonly database: EmbeddedDatabase,
    options: EventLogOptions,
    /** First offset that was not dropped. */
    private first: number,
    private nextOffset: number,
  ) {
    this.clock = options.clock
    this.batchSize = options.batchSize ?? 512
    this.tickMs = options.tickMs ?? 250
    this.spacingMs = options.spacingMs ?? 3
    this.retentionMs = options.retentionMs ?? LOG_RETENTION_MS
    this.writes = new GroupWrite((blocks) => this.write(blocks), options.waitingLimit ?? 50_000)
  }

  static async open(database: EmbeddedDatabase, options: EventLogOptions): Promise<EmbeddedEventLog> {
    const {level} = database
    const first = Number((await level.get(LOG_FIRST)) ?? 0)
    const [last] = await level.keys({...under(LOG), reverse: true, limit: 1}).all()
    const end = last === undefined ? first : lastOffsetOf(last) + 1
    return new EmbeddedEventLog(database, options, first, end)
  }

  partitions(): readonly number[] {
    return [0]
  }

  seek(partition: number, offset: number): void {
    refuseOtherThanZero(partition)
    this.position = offset
  }

  /** Rejects with IntakeOverloadedError if too much is waiting already; nothing of the records is written then. */
  async append(partition: number, records: readonly IntakeRecord[]): Promise<readonly number[]> {
    refuseOtherThanZero(partition)
    if (records.length === 0) return []
    const first = await this.writes.add(encodeBlocks(records))
    return records.map((_, i) => first + i)
  }

  async next(): Promise<InputBatch | undefined> {
    // What comes meanwhile costs little more than one input alone. Who is the first after a pause does not wait.
    const early = this.takenAt + this.spacingMs - performance.now()
    if (early > 0 && !this.stopped) await sleep(early)
    if (this.position === this.nextOffset) await this.waitForInput()
    if (this.stopped) return undefined
    const {taken, records, ...asked} = cutAtControl(await this.read())
    const last = taken.at(-1)
    if (last !== undefined) {
      this.position = last.offset + 1
      this.takenAt = performance.now()
    }
    const isAtEnd = last === undefined || this.position === this.nextOffset
    const isControl = taken.length > records.length
    const polledAt = isAtEnd && !isControl ? this.clock.now() : (last as InputRecord).ingestedAt
    return {partition: 0, records, ...asked, polledAt, nextOffset: this.position}
  }

  before(partition: number, offset: number): AsyncGenerator<readonly InputRecord[]> {
    refuseOtherThanZero(partition)
    return recordsBefore(this.database, offset)
  }

  /** The records from one offset to another (excluded), as far as they are there, in the order of arrival. */
  between(from: number, to: number): AsyncGenerator<readonly InputRecord[]> {
    return recordsBetween(this.database, from, to)
  }

  /** Ends the reading: `next` gives undefined, also one that is waiting. What is appended from now on is kept. */
  stop(): void {
    this.stopped = true
    this.wake?.()
  }

  /** First offset that the log still holds. */
  get begin(): number {
    return this.first
  }

  /** Offset of the next record to be appended. */
  get end(): number {
    return this.nextOffset
  }

  /** Records that are on the log and not read. */
  get unread(): number {
    return this.nextOffset - this.position
  }

  /**
   * Drops the oldest blocks of records that are committed and whose retention is over, up to the first that has to
   * stay. `committedOffset`: where the partition stands. Returns how many records were dropped.
   */
  expire(committedOffset: number, now: WallTime): Promise<number> {
    return this.changes.run(() => this.drop(committedOffset, now))
  }

  /**
   * Replaces records before an offset by what `change` makes of them. Block by block: those who read at the same time find
   * the one or the other.
   */
  async rewrite(before: number, change: RecordChange): Promise<void> {
    const range = {...under(LOG), gte: LOG + numberPart(this.first)}
    for await (const key of this.database.level.keys(range)) {
      await this.changes.run(() => rewriteBlock(this.database, key, before, change))
      if (lastOffsetOf(key) + 1 >= before) return
    }
  }

  private async drop(committedOffset: number, now: WallTime): Promise<number> {
    const {level} = this.database
    const before = now - this.retentionMs
    const from = this.first
    for (;;) {
      const lt = LOG + numberPart(Math.min(committedOffset, this.nextOffset))
      const range = {gte: LOG + numberPart(this.first), lt, limit: BLOCKS_PER_DROP}
      const rows = await level.iterator<string, Buffer>({...range, valueEncoding: 'buffer'}).all()
      const kept = rows.findIndex(([, block]) =>
        decodeBlock(block, 0).some(({ingestedAt}) => ingestedAt >= before),
      )
      const gone = (kept < 0 ? rows : rows.slice(0, kept)).map(([key]) => key)
      const last = gone.at(-1)
      if (last === undefined) return this.first - from
      const first = lastOffsetOf(last) + 1
      const writes: Writes = gone.map((key) => ({type: 'del', key}))
      await level.batch([...writes, {type: 'put', key: LOG_FIRST, value: String(first)}])
      this.first = first
    }
  }

  /** One fsync for all; only then are the records there to be read. */
  private async write(blocks: readonly LogBlock[]): Promise<number> {
    const first = this.nextOffset
    let last = first - 1
    const lasts = blocks.map(({size}) => {
      last += size
      return last
    })
    const puts = blocks.map(({encoded}, i) => {
      return {type: 'put' as const, key: LOG + numberPart(lasts[i] as number), value: encoded}
    })
    await this.database.level.batch<string, Buffer>(puts, {valueEncoding: 'buffer', sync: true})
    for (const [i, {encoded}] of blocks.entries()) {
      for (const record of decodeBlock(encoded, lasts[i] as number)) this.tail.push(record)
    }
    this.nextOffset = last + 1
    this.wake?.()
    return first
  }

  private async read(): Promise<readonly InputRecord[]> {
    if (this.position < this.first || this.position > this.nextOffset) {
      throw new OffsetOutOfRangeError(this.position, this.first, this.nextOffset)
    }
    if (this.position === this.nextOffset) return []
    if (this.tail.holds(this.position)) return this.tail.take(this.position, this.batchSize, BATCH_BYTES)
    return this.readFromDisk()
  }

  private async readFromDisk(): Promise<readonly InputRecord[]> {
    const records: InputRecord[] = []
    let bytes = 0
    for await (const block of recordsBetween(this.database, this.position, this.nextOffset)) {
      for (const record of block) {
        records.push(record)
        bytes += sizeOf(record)
        if (records.length >= this.batchSize || bytes >= BATCH_BYTES) return records
      }
    }
    return records
  }

  private waitForInput(): Promise<void> {
    if (this.stopped) return Promise.resolve()
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

function refuseOtherThanZero(partition: number): void {
  if (partition !== 0) throw new RangeError(`there is no partition ${partition}; the embedded log has one, 0`)
}
