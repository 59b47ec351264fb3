import {CONTROL_STREAM} from '../../core/bundle/activation.js'
import type {WallTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import {cutAtControl} from '../../engine/port/control-record.js'
import type {EventSource, InputBatch, InputRecord, Positions} from '../../engine/port/event-source.js'
import type {ConsumerGroup} from './consumer-group.js'
import {toInputRecord} from './logged-input.js'
import {type RecordQueue, sizeOf} from './record-queue.js'

export interface KafkaEventSourceOptions {
  readonly group: ConsumerGroup
  /** The partition of the engine. */
  readonly partition: number
  readonly clock: Clock
  /** Most records of a batch. Default 512. */
  readonly batchSize?: number | undefined
  /** After so long without input, an empty batch tells the time. In ms; default 1,000. */
  readonly tickMs?: number | undefined
}

/** A batch holds about so many bytes at most. */
const BATCH_BYTES = 1024 * 1024

/**
 * One partition of the engine, read from several topics: that of its own number from those which are partitioned by the
 * user, and all of those which every partition reads. Records come in the order of their timestamps as long as there is
 * more on the log: the topic that is ahead waits. The engine's offset counts the records that were taken; the places in
 * the topics are the positions.
 */
export class KafkaEventSource implements EventSource {
  readonly queues: readonly RecordQueue[]
  private readonly group: ConsumerGroup
  private readonly partition: number
  private readonly clock: Clock
  private readonly batchSize: number
  private readonly tickMs: number
  private offset = 0
  private polledAt = Number.NEGATIVE_INFINITY as WallTime
  private stopped = false
  private failure: Error | undefined
  private wake: (() => void) | undefined

  constructor({group, partition, clock, batchSize = 512, tickMs = 1_000}: KafkaEventSourceOptions) {
    this.group = group
    this.partition = partition
    this.clock = clock
    this.batchSize = batchSize
    this.tickMs = tickMs
    this.queues = group.queuesFor(partition)
  }

  partitions(): readonly number[] {
    return [this.partition]
  }

  /** Topics of which no position was stored are read from their first record. */
  seek(partition: number, offset: number, positions: Positions = {}): void {
    if (partition !== this.partition)
      throw new RangeError(`there is no partition ${partition} here; this source reads ${this.partition}`)
    this.offset = offset
    this.failure = undefined
    this.group.read(this, positions)
  }

  async next(): Promise<InputBatch | undefined> {
    if (!this.canTake()) await this.waitForInput(this.tickMs)
    // Only now: what came meanwhile needs no answer to whether there is more.
    if (!this.canTake() && !this.stopped && this.failure === undefined) await this.group.refreshEnds()
    if (this.failure !== undefined) throw this.failure
    if (this.stopped) return undefined
    return this.take()
  }

  /** Ends the reading: `next` gives undefined, also one that is waiting. */
  stop(): void {
    this.stopped = true
    this.group.release(this)
    this.wake?.()
  }

  /** Something came, or something about the end of the topics is known. */
  notify(): void {
    if (this.canTake()) this.wake?.()
  }

  /** The reading cannot go on. */
  fail(error: Error): void {
    this.failure = error
    this.wake?.()
  }

  /** Records that are on the log and not taken. */
  get unread(): number {
    return this.queues.reduce((sum, {unread}) => sum + unread, 0)
  }

  private take(): InputBatch {
    const {taken, control} = this.merge()
    const last = taken.at(-1)
    const fromOffset = this.offset
    this.offset += taken.length
    const emptyAt = this.readUpTo()
    if (last === undefined) this.polledAt = emptyAt ?? this.polledAt
    const isAtEnd = emptyAt !== undefined && control === undefined
    return {
      partition: this.partition,
      records: control === undefined ? taken : [],
      control,
      polledAt: last === undefined ? this.polledAt : isAtEnd ? this.clock.now() : last.ingestedAt,
      fromOffset,
      nextOffset: this.offset,
      positions: Object.fromEntries(this.queues.map(({name, position}) => [name, position])),
    }
  }

  /** The next records of all topics, as many as make a batch; a control record alone. */
  private merge(): ReturnType<typeof cutAtControl> {
    const records: InputRecord[] = []
    let bytes = 0
    while (records.length < this.batchSize && bytes < BATCH_BYTES) {
      const queue = this.earliest()
      if (queue === undefined) break
      const isControl = queue.input.stream === CONTROL_STREAM
      if (isControl && records.length > 0) break
      const message = queue.take()
      records.push(toInputRecord(message, queue, this.offset + records.length))
      bytes += sizeOf(message)
      if (isControl) break
    }
    this.group.balance(this.queues)
    return cutAtControl(records)
  }

  /** The topic whose first record is the oldest; undefined while one that may have an older one is waited for. */
  private earliest(): RecordQueue | undefined {
    let earliest: RecordQueue | undefined
    let oldest = Number.POSITIVE_INFINITY
    for (const queue of this.queues) {
      if (queue.isBehind) return undefined
      const timestamp = queue.first === undefined ? Number.POSITIVE_INFINITY : Number(queue.first.timestamp)
      if (timestamp >= oldest) continue
      oldest = timestamp
      earliest = queue
    }
    return earliest
  }

  private canTake(): boolean {
    return this.earliest() !== undefined
  }

  /** Wall time up to which it is known that nothing more came; undefined if something did. */
  private readUpTo(): WallTime | undefined {
    let upTo = Number.POSITIVE_INFINITY
    for (const {emptyAt} of this.queues) {
      if (emptyAt === undefined) return undefined
      if (emptyAt < upTo) upTo = emptyAt
    }
    return upTo as WallTime
  }

  private waitForInput(ms: number): Promise<void> {
    if (this.stopped || this.failure !== undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.wake = undefined
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.wake = done
    })
  }
}
