import {checkTopics} from '../../../adapters/kafka/check-topics.js'
import {type KafkaLog, kafkaClient, UNTIL_IT_ANSWERS} from '../../../adapters/kafka/kafka-client.js'
import type {KafkaConnection} from '../../../adapters/kafka/kafka-connection.js'
import {explainKafkaFailure} from '../../../adapters/kafka/kafka-refusal.js'
import {RecordSender} from '../../../adapters/kafka/record-sender.js'
import {TopicNames} from '../../../adapters/kafka/topic-names.js'
import {RedisBundleStore} from '../../../adapters/redis/bundle-store.js'
import {connectRedis} from '../../../adapters/redis/connect-redis.js'
import type {Keyspace} from '../../../adapters/redis/keyspace.js'
import type {RedisConnection} from '../../../adapters/redis/redis-connection.js'
import type {RedisTarget} from '../../../adapters/redis/redis-target.js'
import {streamsWith} from '../../../core/event/stream.js'
import type {Config} from '../../config/config.js'
import {StorePause} from './worker-watch.js'

export interface ClusterTarget {
  readonly config: Config
  readonly kafka: KafkaConnection
  readonly redis: RedisTarget
  readonly log: KafkaLog
}

/** What stands behind a worker, and behind commands that speak to all of them. */
export interface ClusterConnections {
  readonly sender: RecordSender
  readonly redis: RedisConnection
  /** Since when Redis takes nothing. */
  readonly pause: StorePause
  readonly keyspace: Keyspace
  readonly bundleStore: RedisBundleStore
  readonly names: TopicNames
  /** Of the topics that are partitioned by the user. */
  readonly partitions: number
  close(): Promise<void>
}

/**
 * Connects, and checks that topics and servers are as they should be. Rejects with what is wrong and what to do:
 * KafkaUnavailableError, RedisUnavailableError, RedisRefusedError.
 */
export async function connectCluster(target: ClusterTarget): Promise<ClusterConnections> {
  const {config, kafka, log} = target
  const names = new TopicNames(config.namespace)
  const partitions = await checkedTopics(target, names)
  const pause = new StorePause(log)
  const {connection: redis, warnings} = await connectRedis(target.redis, pause.options)
  for (const warning of warnings) log('warn', warning, {})
  const sender = new RecordSender(
    kafkaClient({connection: kafka, clientId: 'tripline', log, retries: UNTIL_IT_ANSWERS}),
  )
  const keyspace = {namespace: config.namespace, generation: config.redis.generation}
  const close = async () => {
    await sender.disconnect()
    redis.close()
  }
  try {
    await sender.connect()
  } catch (error) {
    await close()
    throw explainKafkaFailure(error, kafka)
  }
  return {
    ...{sender, redis, pause, keyspace, names, partitions, close},
    bundleStore: new RedisBundleStore(redis, keyspace),
  }
}

async function checkedTopics({config, kafka, log}: ClusterTarget, names: TopicNames): Promise<number> {
  const admin = kafkaClient({connection: kafka, clientId: 'tripline-start', log, retries: 2}).admin()
  try {
    await admin.connect()
    return await checkTopics(admin, names.inputs(streamsWith(config.streams)), names)
  } catch (error) {
    throw explainKafkaFailure(error, kafka)
  } finally {
    await admin.disconnect()
  }
}
