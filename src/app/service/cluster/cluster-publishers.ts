import {KafkaPublisher} from '../../../adapters/kafka/event-publisher.js'
import {RedisUserErasure} from '../../../adapters/redis/forgetting/user-erasure.js'
import type {RedisReadModel} from '../../../adapters/redis/read-model.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {Publisher} from '../../../engine/port/publisher.js'
import {publishedAtOnce, publishedTo} from '../published-to.js'
import {buildingPublisher} from './building/building-publisher.js'
import {Turns} from './building/turns.js'
import type {ClusterEdge} from './edge/cluster-edge.js'
import type {OpenedInstallation} from './open-stores.js'

export interface ClusterPublishersParts {
  readonly connections: OpenedInstallation
  readonly edge: ClusterEdge
  readonly readModel: RedisReadModel
  readonly namespace: string
  readonly clock: Clock
  /** Measures what is told to the world. */
  readonly watch: {watched(publisher: Publisher): Publisher}
}

/** Where a worker's partitions say what they find. */
export interface ClusterPublishers {
  /** The world. */
  readonly toAll: Publisher
  /** The read model alone, where the world has heard of it. */
  readonly toReadModel: Publisher
  readonly turns: Turns
  /** The one or the other, as it stands with a partition's state. */
  readonly publisher: Publisher
}

export function clusterPublishers(parts: ClusterPublishersParts): ClusterPublishers {
  const {connections, edge, readModel, namespace, clock, watch} = parts
  const {sender, names, redis, keyspace, store} = connections
  const toKafka = new KafkaPublisher({sender, names, namespace, clock})
  const erasure = new RedisUserErasure(redis, keyspace)
  const toAll = watch.watched(
    publishedTo([publishedAtOnce([toKafka, readModel]), ...edge.outputs, erasure, edge.forgotten]),
  )
  const toReadModel = publishedTo([readModel, ...edge.rebuilding, erasure, edge.forgotten])
  const turns = new Turns()
  return {toAll, toReadModel, turns, publisher: buildingPublisher({store, turns, toAll, toReadModel})}
}
