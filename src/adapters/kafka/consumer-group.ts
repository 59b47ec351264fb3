import type {Admin, Batch, Consumer, ConsumerGroupJoinEvent, Kafka} from 'kafkajs'
import type {Clock} from '../../engine/port/clock.js'
import type {Positions} from '../../engine/port/event-source.js'
import {coPartitionAssigner} from './co-partition-assigner.js'
import type {KafkaLog} from './kafka-client.js'
import {OffsetOutOfRangeError} from './offset-out-of-range-error.js'
import {PositionMarks} from './position-marks.js'
import {type FetchedRecords, RecordQueue} from './record-queue.js'
import {type TopicRange, type TopicRanges, topicRanges} from './topic-ends.js'
import type {InputTopic} from './topic-names.js'

export interface ConsumerGroupOptions {
  readonly kafka: Kafka
  readonly groupId: string
  readonly inputs: readonly InputTopic[]
  readonly clock: Clock
  readonly log: KafkaLog
  /** A member that is not heard of for so long is left out. In ms; default 10,000. */
  readonly sessionTimeoutMs?: number | undefined
  /** Ends of topics that were asked for so recently are not asked for again. In ms; default 500. */
  readonly endsFreshMs?: number | undefined
  /** The partitions that are this member's from now on, each time the group has agreed. */
  readonly onAssigned: (partitions: readonly number[]) => void
  /** The group was heard of: this member still belongs to it. */
  readonly onHeartbeat?: (() => void) | undefined
  /** The library gave up. */
  readonly onCrash: (error: Error) => void
}

/** Whoever takes the records of one partition of the engine. */
export interface GroupReader {
  readonly queues: readonly RecordQueue[]
  /** Something came, or something about the end of the topics is known. */
  notify(): void
  /** The reading cannot go on. */
  fail(error: Error): void
}

/** By the answers to these a member learns that others come or go: until then nobody has the partitions of who went. */
const HEARTBEAT_MS = 300

/** A fetch waits so long for records: seeks and rebalances wait for it. */
const FETCH_WAIT_MS = 200

/**
 * This process's membership in the group of workers: which partitions are its own, and the one connection through which
 * the records of all of them come. Each answer is put into the queues of those who read, and the next is asked for at
 * once; a topic's partition whose queue is full is paused. The group's offsets are marks of how far readers were, and never used to
 * read on: readers say where to begin, and what lies before or beyond that is left out or asked for again.
 */
export class ConsumerGroup {
  readonly marks: PositionMarks
  private readonly consumer: Consumer
  private readonly admin: Admin
  /** Each with the positions from which it began. */
  private readonly readers = new Map<GroupReader, Positions>()
  private readonly paused = new Set<string>()
  private owned: readonly number[] = []
  private readonly partitionCounts = new Map<string, number>()
  private refreshing: Promise<void> | undefined
  private refreshedAt = Number.NEGATIVE_INFINITY
  private isStopping = false

  constructor(private readonly options: ConsumerGroupOptions) {
    const {kafka, groupId, inputs, sessionTimeoutMs = 10_000} = options
    this.admin = kafka.admin()
    this.consumer = kafka.consumer({
      groupId,
      partitionAssigners: [coPartitionAssigner(inputs, () => this.owned)],
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.min(HEARTBEAT_MS, Math.floor(sessionTimeoutMs / 5)),
      rebalanceTimeout: 3 * sessionTimeoutMs,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: {retries: 8, restartOnFailure: async () => !this.isStopping},
    })
    const {consumer, admin} = this
    this.marks = new PositionMarks({consumer, admin, groupId, inputs})
  }

  /** Joins the group. Resolves when the brokers are reached; the assignment is told later. */
  async start(): Promise<void> {
    const {inputs, onCrash, onHeartbeat} = this.options
    await this.admin.connect()
    const {ranges} = await this.askRanges()
    for (const {topic} of inputs) {
      const own = [...ranges.keys()].filter((name) => name.startsWith(`${topic}/`))
      this.partitionCounts.set(topic, own.length)
    }
    const {GROUP_JOIN, CRASH, HEARTBEAT} = this.consumer.events
    this.consumer.on(GROUP_JOIN, (event) => this.joined(event))
    this.consumer.on(HEARTBEAT, () => onHeartbeat?.())
    this.consumer.on(CRASH, ({payload: {error, restart}}) => {
      if (!restart && !this.isStopping) onCrash(error)
    })
    await this.consumer.connect()
    await this.consumer.subscribe({topics: inputs.map(({topic}) => topic), fromBeginning: true})
    await this.consumer.run({
      autoCommit: false,
      eachBatch: async ({batch, isStale}) => {
        if (!isStale()) this.deliver(batch)
      },
    })
  }

  /** Leaves the group: its partitions go to the others. */
  async stop(): Promise<void> {
    this.isStopping = true
    await this.marks.stop()
    await this.consumer.disconnect()
    await this.admin.disconnect()
  }

  /** Queues for everything that a partition of the engine reads, up to where it is told; of what it is not told of, nothing. */
  queuesFor(partition: number, upTo?: Positions): readonly RecordQueue[] {
    const queue = (input: InputTopic, number: number) =>
      new RecordQueue(input, number, upTo && (upTo[`${input.topic}/${number}`] ?? 0))
    return this.options.inputs.flatMap((input) => {
      if (!input.isBroadcast) return [queue(input, partition)]
      const count = this.partitionCounts.get(input.topic) ?? 0
      return Array.from({length: count}, (_, number) => queue(input, number))
    })
  }

  /** Begins to read for someone, or begins anew, from the positions given; where there is none, from the first record. */
  read(reader: GroupReader, positions: Positions): void {
    this.readers.set(reader, positions)
    for (const queue of reader.queues) queue.clear()
    this.balance(reader.queues)
    this.askRanges()
      .then(({ranges, askedAt}) => {
        // It has gone, or began elsewhere meanwhile.
        if (this.readers.get(reader) !== positions) return
        for (const queue of reader.queues) {
          const {first, end} = rangeOf(queue, ranges)
          queue.begin(positions[queue.name], first, end, askedAt)
        }
        this.seek(reader.queues)
        this.balance(reader.queues)
        reader.notify()
      })
      .catch((error: Error) => reader.fail(error))
  }

  /** Reads no more for someone. */
  release(reader: GroupReader): void {
    this.readers.delete(reader)
    this.balance(reader.queues)
  }

  /** Asks where the topics end, for all who read; one question at a time. Where there is no answer, nothing is known. */
  refreshEnds(): Promise<void> {
    if (this.refreshing !== undefined) return this.refreshing
    if (performance.now() - this.refreshedAt < (this.options.endsFreshMs ?? 500)) return Promise.resolve()
    this.refreshing = this.askRanges()
      .then(({ranges, askedAt}) => {
        for (const reader of this.readers.keys()) {
          for (const queue of reader.queues)
            if (queue.wanted !== undefined) queue.sawEnd(rangeOf(queue, ranges).end, askedAt)
          reader.notify()
        }
      })
      .catch(({message}: Error) => {
        this.options.log('warn', 'the ends of the topics are not known', {error: message})
      })
      .finally(() => {
        this.refreshedAt = performance.now()
        this.refreshing = undefined
      })
    return this.refreshing
  }

  /** Pauses what nobody has room for, and goes on with what somebody has. */
  balance(queues: readonly RecordQueue[]): void {
    // Who leaves has nothing to pause any more.
    if (this.isStopping) return
    for (const queue of queues) {
      const {name, partition, input} = queue
      const same = this.queuesOf(input.topic, partition)
      const isPaused = this.paused.has(name)
      const place = {topic: input.topic, partitions: [partition]}
      if (
        isPaused &&
        same.length > 0 &&
        same.every(({isHalfEmpty, wanted}) => isHalfEmpty && wanted !== undefined)
      ) {
        this.paused.delete(name)
        this.consumer.resume([place])
      } else if (
        !isPaused &&
        (same.length === 0 || same.some(({isFull, wanted}) => isFull || wanted === undefined))
      ) {
        this.paused.add(name)
        this.consumer.pause([place])
      }
    }
  }

  /** The group has agreed. The library reads from where the group's offsets say until it is told otherwise. */
  private joined({payload: {memberAssignment}}: ConsumerGroupJoinEvent): void {
    this.paused.clear()
    for (const [topic, partitions] of Object.entries(memberAssignment)) {
      for (const partition of partitions) {
        const queues = this.queuesOf(topic, partition)
        this.consumer.pause([{topic, partitions: [partition]}])
        this.paused.add(`${topic}/${partition}`)
        this.seek(queues)
        this.balance(queues)
      }
    }
    const own = this.options.inputs.find(({isBroadcast}) => !isBroadcast)
    this.owned = [...(memberAssignment[own?.topic ?? ''] ?? [])].sort((a, b) => a - b)
    this.options.onAssigned(this.owned)
  }

  private deliver(batch: Batch & {readonly fetchedOffset?: string}): void {
    const {topic, partition, messages, highWatermark} = batch
    const fetched: FetchedRecords = {
      from: Number(batch.fetchedOffset ?? batch.firstOffset()),
      to: Number(batch.lastOffset()) + 1,
      end: Number(highWatermark),
      messages,
    }
    const queues = this.queuesOf(topic, partition)
    for (const queue of queues) if (!queue.offer(fetched)) this.readAgain(queue)
    this.balance(queues)
    for (const reader of this.readers.keys())
      if (reader.queues.some((queue) => queues.includes(queue))) reader.notify()
  }

  /** Records between were passed over: the library was reset, or they are gone. */
  private readAgain(queue: RecordQueue): void {
    this.askRanges()
      .then(({ranges}) => {
        const {wanted} = queue
        const {first, end} = rangeOf(queue, ranges)
        if (wanted === undefined) return
        if (wanted < first || wanted > end)
          throw new OffsetOutOfRangeError(wanted, queue.input.topic, queue.partition, first, end)
        this.seek([queue])
      })
      .catch((error: Error) => {
        for (const reader of this.readers.keys()) if (reader.queues.includes(queue)) reader.fail(error)
      })
  }

  /** What two read is read from where the one stands who is further behind; the other leaves out what it has. */
  private seek(queues: readonly RecordQueue[]): void {
    for (const {input, partition} of queues) {
      const same = this.queuesOf(input.topic, partition)
      const from = Math.min(...same.map(({wanted}) => wanted ?? Number.POSITIVE_INFINITY))
      if (Number.isFinite(from)) this.consumer.seek({topic: input.topic, partition, offset: String(from)})
    }
  }

  private queuesOf(topic: string, partition: number): readonly RecordQueue[] {
    const name = `${topic}/${partition}`
    return [...this.readers.keys()].flatMap(({queues}) => queues.filter((queue) => queue.name === name))
  }

  private askRanges(): Promise<TopicRanges> {
    const {inputs, clock} = this.options
    return topicRanges(
      this.admin,
      inputs.map(({topic}) => topic),
      clock,
    )
  }
}

function rangeOf({name}: RecordQueue, ranges: TopicRanges['ranges']): TopicRange {
  const range = ranges.get(name)
  if (range === undefined) throw new RangeError(`${name} is not there any more`)
  return range
}
