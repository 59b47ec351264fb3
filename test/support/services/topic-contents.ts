import type {Kafka} from 'kafkajs'

/** Everything that a topic holds, as JSON, in no particular order. */
export async function topicContents<T>(kafka: Kafka, topic: string): Promise<readonly T[]> {
  const admin = kafka.admin()
  await admin.connect()
  const ranges = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const expected = ranges.reduce((sum, {low, high}) => sum + Number(high) - Number(low), 0)
  const values: T[] = []
  if (expected === 0) return values
  const consumer = kafka.consumer({groupId: `${topic}-reader-${Math.random()}`, maxWaitTimeInMs: 100})
  await consumer.connect()
  await consumer.subscribe({topic, fromBeginning: true})
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({message}) => {
          values.push(JSON.parse(String(message.value)) as T)
          if (values.length === expected) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return values
}
