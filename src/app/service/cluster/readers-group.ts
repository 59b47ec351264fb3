import type {Kafka} from 'kafkajs'
import {ConsumerGroup} from '../../../adapters/kafka/consumer-group.js'
import {type KafkaLog, kafkaClient} from '../../../adapters/kafka/kafka-client.js'
import type {InputTopic} from '../../../adapters/kafka/topic-names.js'
import {streamsWith} from '../../../core/event/stream.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {ClusterConnections, ClusterTarget} from './cluster-connections.js'

export interface ReadersGroupOptions {
  readonly kafka: Kafka
  readonly namespace: string
  readonly inputs: readonly InputTopic[]
  readonly clock: Clock
  readonly log?: KafkaLog | undefined
}

/** Joins a group of its own, alone in which this process reads all partitions, past the workers. Whoever asks for it stops it. */
export function readersGroup(options: ReadersGroupOptions): Promise<ConsumerGroup> {
  const {kafka, namespace, inputs, clock, log = () => undefined} = options
  return new Promise((resolve, reject) => {
    const group = new ConsumerGroup({
      groupId: `${namespace}.tripline.reader-${process.pid}-${clock.now()}`,
      ...{kafka, inputs, clock, log},
      onAssigned: () => resolve(group),
      onCrash: reject,
    })
    group.start().catch(reject)
  })
}

/** The same for all that the workers read. */
export function readersOfAll(
  {config, kafka: connection, log, clock}: ClusterTarget & {readonly clock: Clock},
  {names}: ClusterConnections,
): Promise<ConsumerGroup> {
  return readersGroup({
    ...{clock, log, namespace: config.namespace},
    kafka: kafkaClient({connection, clientId: 'tripline-reader', log}),
    inputs: names.inputs(streamsWith(config.streams)),
  })
}
