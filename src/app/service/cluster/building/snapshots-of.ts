import {join} from 'node:path'
import {SnapshotFolder} from '../../../../adapters/files/snapshot-folder.js'
import {type KafkaLog, kafkaClient} from '../../../../adapters/kafka/kafka-client.js'
import type {KafkaConnection} from '../../../../adapters/kafka/kafka-connection.js'
import {topicRanges} from '../../../../adapters/kafka/topic-ends.js'
import {PartitionRestoring} from '../../../../adapters/redis/snapshot/restore-partition.js'
import type {RedisStateStore} from '../../../../adapters/redis/state-store.js'
import type {Bundle} from '../../../../core/bundle/bundle.js'
import {streamsWith} from '../../../../core/event/stream.js'
import type {Clock} from '../../../../engine/port/clock.js'
import type {Publisher} from '../../../../engine/port/publisher.js'
import type {Config} from '../../../config/config.js'
import type {ClusterConnections} from '../cluster-connections.js'
import type {Installation} from '../installation.js'
import {restoreReadModel} from './restored-read-model.js'
import {SnapshotRestoring} from './snapshot-restoring.js'
import {SnapshotTaking} from './snapshot-taking.js'

export interface SnapshotsOptions {
  readonly config: Config
  readonly kafka: KafkaConnection
  readonly connections: Pick<ClusterConnections, 'redis' | 'keyspace' | 'names' | 'partitions'> & {
    readonly store: RedisStateStore
    readonly installation: Installation
  }
  readonly toReadModel: Publisher
  /** In force, as far as is known. */
  readonly bundle: () => Bundle
  readonly clock: Clock
  readonly log: KafkaLog
}

export interface Snapshots {
  readonly takingOf: () => SnapshotTaking | undefined
  readonly restoring: SnapshotRestoring | undefined
}

/** Snapshots of the partitions, as the configuration asks for them. Each generation of the state has its own. */
export function snapshotsOf(options: SnapshotsOptions): Snapshots {
  const {config, connections, toReadModel, bundle, clock, log} = options
  const {store, installation, redis, keyspace, names, partitions} = connections
  const {dir, every} = config.snapshots
  if (dir === '') return {takingOf: () => undefined, restoring: undefined}
  const kafka = kafkaClient({connection: options.kafka, clientId: 'tripline-snapshots', log})
  const {namespace, generation = 1} = keyspace
  const folderOf = (partition: number) =>
    new SnapshotFolder(join(dir, namespace, String(generation), String(partition)))
  const topics = names.inputs(streamsWith(config.streams)).map(({topic}) => topic)
  const rangesOf = async () => {
    const admin = kafka.admin()
    await admin.connect()
    try {
      return await topicRanges(admin, topics, clock)
    } finally {
      await admin.disconnect()
    }
  }
  return {
    takingOf: () => new SnapshotTaking({store, folderOf, every, clock, log}),
    restoring: new SnapshotRestoring({
      ...{folderOf, rangesOf, log},
      instanceOf: (partition) => installation.noted(partition),
      begin: (partition) => PartitionRestoring.begin(redis, keyspace, partition),
      restoreReadModel: (partition) =>
        restoreReadModel({kafka, names, partition, partitions, bundle: bundle(), toReadModel, clock}),
    }),
  }
}
