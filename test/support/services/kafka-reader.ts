import {ConsumerGroup} from '../../../src/adapters/kafka/consumer-group.js'
import {KafkaEventIntake} from '../../../src/adapters/kafka/event-intake.js'
import {RecordSender} from '../../../src/adapters/kafka/record-sender.js'
import type {WallTime} from '../../../src/core/event/time.js'
import type {Clock} from '../../../src/engine/port/clock.js'
import {STREAMS, type TestTopics} from './test-kafka.js'

/** A member of the group, alone in it, and a way to put inputs on the topics. */
export interface KafkaReader {
  readonly group: ConsumerGroup
  readonly intake: KafkaEventIntake
  close(): Promise<void>
}

export const REAL_CLOCK: Clock = {now: () => Date.now() as WallTime}

/** Joins the group and waits for its partitions. */
export async function kafkaReader(
  {kafka, namespace, names}: TestTopics,
  {partitions = 1, clock = REAL_CLOCK}: {readonly partitions?: number; readonly clock?: Clock} = {},
): Promise<KafkaReader> {
  const sender = new RecordSender(kafka)
  await sender.connect()
  const group = await new Promise<ConsumerGroup>((resolve, reject) => {
    const joining = new ConsumerGroup({
      ...{kafka, clock},
      groupId: namespace,
      inputs: names.inputs(STREAMS),
      log: () => undefined,
      endsFreshMs: 0,
      onAssigned: () => resolve(joining),
      onCrash: reject,
    })
    joining.start().catch(reject)
  })
  return {
    group,
    intake: new KafkaEventIntake({sender, names, streams: STREAMS, partitions}),
    close: async () => {
      await Promise.all([group.stop(), sender.disconnect()])
    },
  }
}
