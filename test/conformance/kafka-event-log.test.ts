import {describe} from 'vitest'
import {KafkaEventSource} from '../../src/adapters/kafka/event-source.js'
import type {IntakeRecord} from '../../src/engine/port/event-intake.js'
import {kafkaReader} from '../support/services/kafka-reader.js'
import {TEST_KAFKA, testTopics} from '../support/services/test-kafka.js'
import {describeEventLog, type EventLogHarness, type EventLogSettings} from './event-log.js'

describe.skipIf(TEST_KAFKA === undefined)('on a real Kafka', () => {
  describeEventLog('kafka', kafkaLog, {isOneSequence: false})
})

/** A record comes through the broker: an empty batch says so only after a while. */
const LEAST_TICK_MS = 1_000

async function kafkaLog({clock, batchSize, tickMs}: EventLogSettings): Promise<EventLogHarness> {
  const topics = await testTopics()
  const {group, intake, close} = await kafkaReader(topics, {clock})
  const source = new KafkaEventSource({
    ...{group, clock, batchSize},
    partition: 0,
    tickMs: Math.max(tickMs, LEAST_TICK_MS),
  })
  const transactions = `${topics.names.ofStream('transactions')}/0`
  return {
    log: {
      partitions: () => source.partitions(),
      // Where only transactions come, the engine's offset is that of their topic.
      seek: (partition, offset) => source.seek(partition, offset, {[transactions]: offset}),
      next: () => source.next(),
      append: (partition: number, records: readonly IntakeRecord[]) => intake.append(partition, records),
      stop: () => source.stop(),
    },
    dispose: async () => {
      source.stop()
      await close()
      await topics.remove()
    },
  }
}
