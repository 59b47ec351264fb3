import {KafkaEventIntake} from '../../adapters/kafka/event-intake.js'
import {kafkaClient} from '../../adapters/kafka/kafka-client.js'
import type {KafkaConnection} from '../../adapters/kafka/kafka-connection.js'
import {explainKafkaFailure} from '../../adapters/kafka/kafka-refusal.js'
import {partitionCounts} from '../../adapters/kafka/partition-counts.js'
import {partitionOf} from '../../adapters/kafka/partition-of.js'
import {RecordSender} from '../../adapters/kafka/record-sender.js'
import {TopicNames} from '../../adapters/kafka/topic-names.js'
import {connectRedis} from '../../adapters/redis/connect-redis.js'
import {RedisReadModel} from '../../adapters/redis/read-model.js'
import {parseJson} from '../../core/event/decode.js'
import {streamsWith, TRANSACTIONS} from '../../core/event/stream.js'
import type {Clock} from '../../engine/port/clock.js'
import type {StoredDeadLetter} from '../../engine/port/read-model.js'
import type {Config} from '../config/config.js'
import {processEnvironment} from '../config/environment.js'
import {kafkaTarget} from '../config/kafka-target.js'
import {redisTarget} from '../config/redis-target.js'
import type {LetterBox} from './letter-box.js'

/** Dead letters of a cluster, while its workers run: Redis knows them, and Kafka takes them again. */
export async function openClusterLetters(config: Config, clock: Clock): Promise<LetterBox> {
  const {connection} = await connectRedis(redisTarget(config, processEnvironment()))
  const readModel = new RedisReadModel(connection, {namespace: config.namespace})
  let way: WayBack | undefined
  return {
    deadLetters: (reason, limit, cursor) => readModel.deadLetters(reason, limit, cursor),
    deadLetter: (id) => readModel.deadLetter(id),
    send: async (stored) => {
      way ??= await WayBack.open(config, clock)
      const sent = await way.send(stored)
      if (sent) await readModel.markReplayed(stored.id)
      return sent ? 'sent' : 'without_stream'
    },
    close: async () => {
      await way?.close()
      connection.close()
    },
  }
}

/** Puts inputs on the topics from which they came. */
class WayBack {
  private readonly intake: KafkaEventIntake

  private constructor(
    private readonly names: TopicNames,
    private readonly streams: ReturnType<typeof streamsWith>,
    private readonly partitions: number,
    private readonly sender: RecordSender,
    private readonly clock: Clock,
  ) {
    this.intake = new KafkaEventIntake({sender, names, streams, partitions})
  }

  static async open(config: Config, clock: Clock): Promise<WayBack> {
    const connection: KafkaConnection = kafkaTarget(config, processEnvironment())
    const kafka = kafkaClient({connection, clientId: 'tripline-dead-letters', retries: 2})
    const names = new TopicNames(config.namespace)
    const admin = kafka.admin()
    const topic = names.ofStream(TRANSACTIONS)
    const sender = new RecordSender(kafka)
    try {
      await admin.connect()
      const partitions = (await partitionCounts(admin, [topic])).get(topic) ?? 0
      await sender.connect()
      return new WayBack(names, streamsWith(config.streams), partitions, sender, clock)
    } catch (error) {
      throw explainKafkaFailure(error, connection)
    } finally {
      await admin.disconnect()
    }
  }

  /** False where nobody knows any more to which stream it was sent. */
  async send({letter}: StoredDeadLetter): Promise<boolean> {
    const {origin, raw, attempt} = letter
    const stream = [...this.streams.keys()].find((name) => this.names.ofStream(name) === origin.topic)
    if (stream === undefined) return false
    const bytes = Buffer.from(raw ?? '', 'base64')
    const keyField = this.streams.get(stream)?.keyField ?? ''
    const parsed = parseJson(bytes.toString())
    const value = 'value' in parsed ? (parsed.value as {readonly [field: string]: unknown} | null) : null
    const key = value?.[keyField]
    const known = typeof key === 'string' && key !== '' ? key : undefined
    const partition = known === undefined ? origin.partition : partitionOf(known, this.partitions)
    const record = {stream, bytes, refusal: undefined, ingestedAt: this.clock.now(), key: known}
    await this.intake.append(partition, [{...record, attempt: attempt + 1}])
    return true
  }

  close(): Promise<void> {
    return this.sender.disconnect()
  }
}
