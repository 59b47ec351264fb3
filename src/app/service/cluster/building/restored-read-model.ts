import type {Kafka, KafkaMessage} from 'kafkajs'
import {partitionOf} from '../../../../adapters/kafka/partition-of.js'
import {readToEnd} from '../../../../adapters/kafka/read-to-end.js'
import type {TopicNames} from '../../../../adapters/kafka/topic-names.js'
import type {Bundle} from '../../../../core/bundle/bundle.js'
import {decoderOf} from '../../../../core/bundle/decoder-of.js'
import {verdictOf} from '../../../../core/case/verdict.js'
import type {AlertRecord, DecisionRecord} from '../../../../core/decision/records.js'
import {isRefusal, parseJson} from '../../../../core/event/decode.js'
import {FEEDBACK, TRANSACTIONS} from '../../../../core/event/stream.js'
import {eventName} from '../../../../core/forgetting/forgotten-user.js'
import {parseTombstone, userDigest} from '../../../../core/forgetting/tombstone.js'
import type {Clock} from '../../../../engine/port/clock.js'
import type {Publisher} from '../../../../engine/port/publisher.js'
import type {OutboxEntry} from '../../../../engine/port/state-store.js'

export interface ReadModelToRestore {
  readonly kafka: Kafka
  readonly names: TopicNames
  readonly partition: number
  /** How many there are. */
  readonly partitions: number
  /** By which feedback is read. */
  readonly bundle: Bundle
  readonly toReadModel: Publisher
  readonly clock: Clock
}

/** So many records are written at a time. */
const PIECE = 500

/**
 * Writes to the read model what the topics hold of a partition: decisions, then alerts, as they were published, then the verdicts on
 * them. What a tombstone took stays away. Features as they were served are on no topic.
 */
export async function restoreReadModel(options: ReadModelToRestore): Promise<void> {
  const {names, partition, partitions, bundle} = options
  const forgotten = await forgottenUsers(options)
  const gone = new Set<string>()
  const isOwn = (key: string) => partitionOf(key, partitions) === partition
  const isGone = (user: string, {timestamp}: KafkaMessage) =>
    forgotten.size > 0 && Number(timestamp) < (forgotten.get(userDigest(user)) ?? 0)
  await restoreFrom(names.decisions, options, (record: DecisionRecord, message) => {
    const {user_id, transaction_id} = record
    if (isGone(user_id, message)) gone.add(eventName(TRANSACTIONS, transaction_id))
    else if (isOwn(user_id)) return {decisions: [record]}
    return undefined
  })
  await restoreFrom(names.alerts, options, (record: AlertRecord, message) => {
    const {anchor, events, key} = record
    if (!isOwn(key.value) || isGone(key.value, message) || gone.has(eventName(anchor.stream, anchor.id)))
      return undefined
    return {alerts: [{...record, events: events.filter(({stream, id}) => !gone.has(eventName(stream, id)))}]}
  })
  const decode = decoderOf(bundle)
  await restoreFrom(names.ofStream(FEEDBACK), options, (feedback, message, of) => {
    const event = decode(FEEDBACK, feedback, String(message.value), {})
    if (of !== partition || isRefusal(event) || isGone(event.key, message)) return undefined
    return {verdicts: [verdictOf(event)]}
  })
}

/** By `userDigest`: when they were forgotten, ms since the epoch. */
async function forgottenUsers({
  kafka,
  names,
  clock,
}: ReadModelToRestore): Promise<ReadonlyMap<string, number>> {
  const forgotten = new Map<string, number>()
  await readToEnd(kafka, [names.control], clock, ({value, timestamp}) => {
    const tombstone = parseTombstone(contentOf(value))
    if (tombstone !== undefined) forgotten.set(tombstone.user, Number(timestamp))
  })
  return forgotten
}

type Said = Partial<Pick<OutboxEntry, 'alerts' | 'decisions' | 'verdicts'>>

/** Publishes what `saidBy` makes of the records of a topic. */
async function restoreFrom<T>(
  topic: string,
  {kafka, clock, partition, toReadModel}: ReadModelToRestore,
  saidBy: (record: T, message: KafkaMessage, partition: number) => Said | undefined,
): Promise<void> {
  let waiting: Said[] = []
  const write = async (least: number) => {
    if (waiting.length < least) return
    const [said, empty] = [waiting, {alerts: [], decisions: [], deadLetters: [], late: []}]
    waiting = []
    await toReadModel.publish({
      ...{...empty, partition, sequence: 0, settledUpTo: null},
      alerts: said.flatMap(({alerts = []}) => alerts),
      decisions: said.flatMap(({decisions = []}) => decisions),
      verdicts: said.flatMap(({verdicts = []}) => verdicts),
    })
  }
  const take = (message: KafkaMessage, _: string, of: number) => {
    const record = contentOf(message.value)
    const said = record === undefined ? undefined : saidBy(record as T, message, of)
    if (said !== undefined) waiting.push(said)
  }
  await readToEnd(kafka, [topic], clock, take, () => write(PIECE))
  await write(1)
}

function contentOf(value: Buffer | null): unknown {
  const parsed = value === null ? undefined : parseJson(value.toString())
  return parsed !== undefined && 'value' in parsed ? parsed.value : undefined
}
