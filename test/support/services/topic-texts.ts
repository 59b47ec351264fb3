import type {Kafka} from 'kafkajs'
import {topicRanges} from '../../../src/adapters/kafka/topic-ends.js'
import type {WallTime} from '../../../src/core/event/time.js'

/** Every record of topics as text, whatever it is: key, value and headers. */
export async function topicTexts(kafka: Kafka, topics: readonly string[]): Promise<readonly string[]> {
  const admin = kafka.admin()
  await admin.connect()
  const {ranges} = await topicRanges(admin, [...topics], {now: () => 0 as WallTime})
  await admin.disconnect()
  const expected = [...ranges.values()].reduce((sum, {first, end}) => sum + end - first, 0)
  const texts: string[] = []
  if (expected === 0) return texts
  const consumer = kafka.consumer({groupId: `reader-${Math.random()}`, maxWaitTimeInMs: 100})
  await consumer.connect()
  await consumer.subscribe({topics: [...topics], fromBeginning: true})
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({topic, message: {key, value, headers = {}}}) => {
          const told = Object.entries(headers).map(([name, held]) => `${name}: ${held}`)
          texts.push([topic, key, value, ...told].join('\n'))
          if (texts.length === expected) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return texts
}
