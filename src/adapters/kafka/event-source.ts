import type {WallTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import {cutAtControl, isReserved} from '../../engine/port/control-record.js'
import type {EventSource, InputBatch, InputRecord, Positions} from '../../engine/port/event-source.js'
import type {ReceivedParcel} from '../../engine/port/parcel.js'
import type {ConsumerGroup} from './consumer-group.js'
import {streamOf, toInputRecord} from './logged-input.js'
import {toReceivedParcel} from './parcel-record.js'
import {type RecordQueue, sizeOf} from './record-queue.js'

export interface KafkaEventSourceOptions {
  readonly group: ConsumerGroup
  /** The partition of the engine. */
  readonly partition: number
  readonly clock: Clock
  /** Where the reading ends, in each topic. Default: nowhere. */
  readonly upTo?: Positions | undefined
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
 * the topics are the positions. What other partitions sent is taken in its place among them, and is no input.
 */
export class KafkaEventSource implements EventSource {
  readonly queues: readonly RecordQueue[]
  /** Those whose records tell the time. */
  private readonly inputQueues: readonly RecordQueue[]
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

  constructor({group, partition, clock, upTo, batchSize = 512, tickMs = 1_000}: KafkaEventSourceOptions) {
    this.group = group
    this.partition = partition
    this.clock = clock
    this.batchSize = batchSize
    this.tickMs = tickMs
    this.queues = group.queuesFor(partition, upTo)
    this.inputQueues = this.queues.filter(({input}) => input.isExchange !== true)
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
    if (this.queues.every(({isExhausted}) => isExhausted)) return undefined
    if (!this.canTake()) await this.waitForInput(this.tickMs)
    // Only now: what came meanwhile needs no answer to whether there is more.
    const isWaiting = !this.canTake() || this.inputQueues.every(({first}) => first === undefined)
    if (isWaiting && !this.stopped && this.failure === undefined) await this.group.refreshEnds()
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
    const {taken, records, parcels, ...asked} = this.merge()
    const last = taken.at(-1)
    const fromOffset = this.offset
    this.offset += taken.length + parcels.length
    const emptyAt = this.readUpTo()
    if (last === undefined) this.polledAt = emptyAt ?? this.polledAt
    const isAtEnd = emptyAt !== undefined && records.length === taken.length
    return {
      partition: this.partition,
      records,
      parcels,
      ...asked,
      polledAt: last === undefined ? this.polledAt : isAtEnd ? this.clock.now() : last.ingestedAt,
      fromOffset,
      nextOffset: this.offset,
      positions: Object.fromEntries(this.queues.map(({name, position}) => [name, position])),
    }
  }

  /** The next records of all topics, as many as make a batch; a control record alone. */
  private merge(): ReturnType<typeof cutAtControl> & {readonly parcels: readonly ReceivedParcel[]} {
    const records: InputRecord[] = []
    const parcels: ReceivedParcel[] = []
    const count = () => records.length + parcels.length
    let bytes = 0
    while (count() < this.batchSize && bytes < BATCH_BYTES) {
      const queue = this.earliest()
      if (queue === undefined) break
      const isControl = isReserved(streamOf(queue.first, queue))
      if (isControl && count() > 0) break
      const message = queue.take()
      if (queue.input.isExchange === true) parcels.push(toReceivedParcel(message))
      else records.push(toInputRecord(message, queue, this.offset + count()))
      bytes += sizeOf(message)
      if (isControl) break
    }
    this.group.balance(this.queues)
    return {...cutAtControl(records), parcels}
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

  /** Wall time up to which it is known that no more inputs came; undefined if something did. */
  private readUpTo(): WallTime | undefined {
    let upTo = Number.POSITIVE_INFINITY
    for (const {emptyAt} of this.inputQueues) {
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
