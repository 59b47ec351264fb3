import {randomUUID} from 'node:crypto'
import type {Kafka, KafkaMessage} from 'kafkajs'
import type {Clock} from '../../engine/port/clock.js'
import {topicRanges} from './topic-ends.js'

/**
 * Reads all that some topics hold now, each partition in its order, past the group of workers. `take` hears of each record; reading waits
 * for `afterSome`, which is called now and then.
 */
export async function readToEnd(
  kafka: Kafka,
  topics: readonly string[],
  clock: Clock,
  take: (message: KafkaMessage, topic: string, partition: number) => void,
  afterSome: () => Promise<void> = async () => undefined,
): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  // The library reads as a member of a group only: this one is alone, and gone afterwards.
  const groupId = `${topics[0]}.reader-${randomUUID()}`
  const consumer = kafka.consumer({groupId, maxWaitTimeInMs: 100})
  try {
    const {ranges} = await topicRanges(admin, topics, clock)
    const ends = new Map([...ranges].filter(([, {first, end}]) => end > first))
    if (ends.size === 0) return
    await consumer.connect()
    await consumer.subscribe({topics: [...topics], fromBeginning: true})
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({payload}) => {
        if (!payload.restart) reject(payload.error)
      })
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({batch}) => {
            const {topic, partition, messages} = batch
            const place = `${topic}/${partition}`
            const end = ends.get(place)?.end
            if (end === undefined) return
            for (const message of messages) if (Number(message.offset) < end) take(message, topic, partition)
            await afterSome()
            if (Number(batch.lastOffset()) >= end - 1) ends.delete(place)
            if (ends.size === 0) resolve()
          },
        })
        .catch(reject)
    })
  } finally {
    await consumer.disconnect()
    await admin.deleteGroups([groupId]).catch(() => undefined)
    await admin.disconnect()
  }
}
