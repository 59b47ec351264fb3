import {ConsumerGroup} from '../../../adapters/kafka/consumer-group.js'
import {kafkaClient} from '../../../adapters/kafka/kafka-client.js'
import {streamsWith} from '../../../core/event/stream.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {ClusterConnections, ClusterTarget} from './cluster-connections.js'

/** Joins a group of its own, alone in which this process reads all partitions, past the workers. Whoever asks for it stops it. */
export async function readersGroup(
  {config, kafka, log, clock}: ClusterTarget & {readonly clock: Clock},
  {names}: ClusterConnections,
): Promise<ConsumerGroup> {
  return new Promise((resolve, reject) => {
    const group = new ConsumerGroup({
      kafka: kafkaClient({connection: kafka, clientId: 'tripline-reader', log}),
      groupId: `${config.namespace}.tripline.reader-${process.pid}-${clock.now()}`,
      inputs: names.inputs(streamsWith(config.streams)),
      ...{clock, log},
      onAssigned: () => resolve(group),
      onCrash: reject,
    })
    group.start().catch(reject)
  })
}
