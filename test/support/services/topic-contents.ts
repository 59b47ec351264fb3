import type {Kafka} from 'kafkajs'
import {topicRanges} from '../../../src/adapters/kafka/topic-ends.js'
import type {WallTime} from '../../../src/core/event/time.js'

/** A record of a topic that holds CloudEvents. */
export interface TopicRecord<T> {
  /** `ce_id`: what subscribers count once. */
  readonly id: string
  readonly value: T
  /** When it was written, ms since the epoch. */
  readonly timestamp: number
}

/** Everything that a topic holds, as JSON, in no particular order. */
export async function topicContents<T>(kafka: Kafka, topic: string): Promise<readonly T[]> {
  return (await topicRecords<T>(kafka, topic)).map(({value}) => value)
}

/** The same with what is known of each record. */
export async function topicRecords<T>(kafka: Kafka, topic: string): Promise<readonly TopicRecord<T>[]> {
  const admin = kafka.admin()
  await admin.connect()
  const {ranges} = await topicRanges(admin, [topic], {now: () => 0 as WallTime})
  await admin.disconnect()
  const expected = [...ranges.values()].reduce((sum, {first, end}) => sum + end - first, 0)
  const records: TopicRecord<T>[] = []
  if (expected === 0) return records
  const consumer = kafka.consumer({groupId: `${topic}-reader-${Math.random()}`, maxWaitTimeInMs: 100})
  await consumer.connect()
  await consumer.subscribe({topic, fromBeginning: true})
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({message: {headers = {}, value, timestamp}}) => {
          records.push({
            id: String(headers['ce_id']),
            value: JSON.parse(String(value)) as T,
            timestamp: Number(timestamp),
          })
          if (records.length === expected) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return records
}
