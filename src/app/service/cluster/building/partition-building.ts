import type {Kafka} from 'kafkajs'
import type {KafkaLog} from '../../../../adapters/kafka/kafka-client.js'
import {partitionOf} from '../../../../adapters/kafka/partition-of.js'
import {type TopicRanges, topicRanges} from '../../../../adapters/kafka/topic-ends.js'
import type {InputTopic, TopicNames} from '../../../../adapters/kafka/topic-names.js'
import type {Building} from '../../../../adapters/redis/building.js'
import type {RedisStateStore} from '../../../../adapters/redis/state-store.js'
import type {CommittedBatch} from '../../../../engine/operator/batch.js'
import type {Clock} from '../../../../engine/port/clock.js'
import type {Positions} from '../../../../engine/port/event-source.js'
import type {Publisher} from '../../../../engine/port/publisher.js'
import type {Partition} from '../../../../engine/stage/partition.js'
import {heardRecords} from './heard-records.js'
import {newsOf} from './news.js'
import {entryOf, type SaidRecord} from './said-records.js'
import type {Turns} from './turns.js'

export interface PartitionBuildingParts {
  readonly kafka: Kafka
  readonly names: TopicNames
  readonly inputs: readonly InputTopic[]
  readonly partitions: number
  readonly store: RedisStateStore
  readonly turns: Turns
  /** To the world. */
  readonly publisher: Publisher
  readonly clock: Clock
  readonly log: KafkaLog
  /** Hears how much of the log is read for it: inputs, and what other partitions sent. */
  readonly onRead: (records: number) => void
}

/** So many records are published at a time. */
const PIECE = 500

/**
 * Sees to it that a state which is built from the log takes over once it has read all that was there: what it says and
 * the world has not heard is published, and nothing else. Where a former generation runs beside it, that one is fenced
 * before, and what had come by then is read first.
 */
export class PartitionBuilding {
  private goal: Positions | undefined
  private isFenced = false
  private read = 0

  constructor(private readonly parts: PartitionBuildingParts) {}

  /** A batch was published. */
  async after({partition, input: {positions, records, parcels = []}}: CommittedBatch): Promise<void> {
    const {store, turns, log, onRead} = this.parts
    const {number} = partition
    const building = store.building(number)
    if (building === undefined || positions === undefined) return
    this.read += records.length + parcels.length
    onRead(records.length + parcels.length)
    if (this.goal === undefined) {
      log('warn', `the state of partition ${number} is being built from the log`, {partition: number})
      this.goal = await this.ends(number)
    }
    if (!hasReached(positions, this.goal)) return
    if (building.kind === 'beside' && !this.isFenced) {
      await building.supersedeFormer()
      this.isFenced = true
      this.goal = await this.ends(number)
      if (!hasReached(positions, this.goal)) return
    }
    const published = await turns.run(number, () => this.takeOver(partition, building))
    const {read} = this
    log(
      'warn',
      `partition ${number} is built from the log: ${read} records were read; ${published} records were news`,
      {
        ...{partition: number, read, published},
      },
    )
  }

  private async takeOver(partition: Partition, building: Building): Promise<number> {
    const {kafka, names, clock, partitions, publisher} = this.parts
    const {number, settledUpTo, bundle, outboxSequence} = partition
    const isOwnUser = (user: string) => partitionOf(user, partitions) === number
    const heard = await heardRecords(kafka, names, clock, isOwnUser)
    // One that was set back says only what was said since.
    const isPart = building.kind === 'set back'
    const isWhole = isPart || (await this.holdsAll(number))
    const {news, lifts} = await newsOf({
      kept: () => keptRecords(building),
      heard,
      settledUpTo,
      isOwnUser: isPart ? () => false : isOwnUser,
      // Without the beginning of the log, what rests on it may differ.
      warmUpMs: isWhole ? undefined : bundle.retention,
    })
    for (let i = 0; i < news.length; i += PIECE)
      await publisher.publish(entryOf(number, outboxSequence, news.slice(i, i + PIECE)))
    await building.finish(lifts)
    return news.length
  }

  /** Where the topics of a partition end now. */
  private async ends(partition: number): Promise<Positions> {
    const {ranges} = await this.ranges()
    return Object.fromEntries([...this.own(ranges, partition)].map(([place, {end}]) => [place, end]))
  }

  private async holdsAll(partition: number): Promise<boolean> {
    const {ranges} = await this.ranges()
    return [...this.own(ranges, partition)].every(([, {first}]) => first === 0)
  }

  private own(ranges: TopicRanges['ranges'], partition: number) {
    const {inputs} = this.parts
    const isOwn = (place: string) =>
      inputs.some(({topic, isBroadcast}) =>
        isBroadcast ? place.startsWith(`${topic}/`) : place === `${topic}/${partition}`,
      )
    return [...ranges].filter(([place]) => isOwn(place))
  }

  private async ranges(): Promise<TopicRanges> {
    const {kafka, inputs, clock} = this.parts
    const admin = kafka.admin()
    await admin.connect()
    try {
      return await topicRanges(
        admin,
        inputs.map(({topic}) => topic),
        clock,
      )
    } finally {
      await admin.disconnect()
    }
  }
}

async function* keptRecords(building: Building): AsyncGenerator<SaidRecord> {
  for await (const page of building.kept()) for (const [, text] of page) yield JSON.parse(text) as SaidRecord
}

function hasReached(positions: Positions, goal: Positions): boolean {
  return Object.entries(goal).every(([place, end]) => (positions[place] ?? 0) >= end)
}
