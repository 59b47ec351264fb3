import {describe} from 'vitest'
import {ConsumerGroup} from '../../src/adapters/kafka/consumer-group.js'
import {KafkaEventIntake} from '../../src/adapters/kafka/event-intake.js'
import {KafkaEventSource} from '../../src/adapters/kafka/event-source.js'
import {RecordSender} from '../../src/adapters/kafka/record-sender.js'
import type {IntakeRecord} from '../../src/engine/port/event-intake.js'
import {STREAMS, TEST_KAFKA, testTopics} from '../support/services/test-kafka.js'
import {describeEventLog, type EventLogHarness, type EventLogSettings} from './event-log.js'

describe.skipIf(TEST_KAFKA === undefined)('on a real Kafka', () => {
  describeEventLog('kafka', kafkaLog, {isOneSequence: false})
})

/** A record comes through the broker: an empty batch says so only after a while. */
const LEAST_TICK_MS = 1_000

async function kafkaLog({clock, batchSize, tickMs}: EventLogSettings): Promise<EventLogHarness> {
  const {kafka, namespace, names, remove} = await testTopics()
  const inputs = names.inputs(STREAMS)
  const sender = new RecordSender(kafka)
  await sender.connect()
  const group = await new Promise<ConsumerGroup>((resolve, reject) => {
    const joining = new ConsumerGroup({
      ...{kafka, inputs, clock},
      groupId: namespace,
      log: () => undefined,
      endsFreshMs: 0,
      onAssigned: () => resolve(joining),
      onCrash: reject,
    })
    joining.start().catch(reject)
  })
  const source = new KafkaEventSource({
    ...{group, clock, batchSize},
    partition: 0,
    tickMs: Math.max(tickMs, LEAST_TICK_MS),
  })
  const intake = new KafkaEventIntake({sender, names, streams: STREAMS, partitions: 1})
  return {
    log: {
      partitions: () => source.partitions(),
      // Where only transactions come, the engine's offset is that of their topic.
      seek: (partition, offset) =>
        source.seek(partition, offset, {[`${names.ofStream('transactions')}/0`]: offset}),
      next: () => source.next(),
      append: (partition: number, records: readonly IntakeRecord[]) => intake.append(partition, records),
      stop: () => source.stop(),
    },
    dispose: async () => {
      source.stop()
      await Promise.all([group.stop(), sender.disconnect()])
      await remove()
    },
  }
}
