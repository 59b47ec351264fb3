import {randomUUID} from 'node:crypto'
import type {Kafka} from 'kafkajs'
import {createTopics} from '../../../src/adapters/kafka/create-topics.js'
import {kafkaClient} from '../../../src/adapters/kafka/kafka-client.js'
import type {KafkaConnection} from '../../../src/adapters/kafka/kafka-connection.js'
import {topicRanges} from '../../../src/adapters/kafka/topic-ends.js'
import {TopicNames} from '../../../src/adapters/kafka/topic-names.js'
import {topicPlan} from '../../../src/adapters/kafka/topic-plan.js'
import {streamsWith} from '../../../src/core/event/stream.js'
import type {WallTime} from '../../../src/core/event/time.js'

/** `host:port` of the Kafka that service suites may use; undefined where there is none. */
export const TEST_KAFKA = process.env.TRIPLINE_TEST_KAFKA

/** URL of the Redis that service suites may use; undefined where there is none. */
export const TEST_REDIS = process.env.TRIPLINE_TEST_REDIS

if (TEST_KAFKA === undefined)
  process.stderr.write(
    'skipped: suites on a real Kafka; TRIPLINE_TEST_KAFKA is not set (tripline services up)\n',
  )

export const STREAMS = streamsWith([])

export function testConnection(): KafkaConnection {
  return {brokers: [TEST_KAFKA ?? ''], tls: undefined, sasl: undefined}
}

/** Topics of their own for one test. */
export interface TestTopics {
  readonly kafka: Kafka
  readonly namespace: string
  readonly names: TopicNames
  /** How many records a topic holds. */
  count(topic: string): Promise<number>
  remove(): Promise<void>
}

/** Creates all topics under a new namespace. Records keep the time that their producer gave them. */
export async function testTopics(partitions = 1): Promise<TestTopics> {
  const kafka = kafkaClient({connection: testConnection(), clientId: 'tripline-test'})
  const namespace = `t${randomUUID().replaceAll('-', '').slice(0, 16)}`
  const names = new TopicNames(namespace)
  const plan = topicPlan({
    names,
    inputs: names.inputs(STREAMS),
    partitions,
    replication: 1,
    // Test events are old by the clock.
    retentionMs: -1,
    eventLimit: 4 * 1024 * 1024,
    timestamps: 'CreateTime',
  })
  const admin = kafka.admin()
  await admin.connect()
  await createTopics(admin, plan)
  return {
    kafka,
    namespace,
    names,
    count: async (topic) => {
      const {ranges} = await topicRanges(admin, [topic], {now: () => 0 as WallTime})
      return [...ranges.values()].reduce((sum, {first, end}) => sum + end - first, 0)
    },
    remove: async () => {
      // A broker that is slow to answer is asked again, and has deleted them by then.
      await admin.deleteTopics({topics: plan.map(({topic}) => topic)}).catch(() => undefined)
      await admin.disconnect()
    },
  }
}
