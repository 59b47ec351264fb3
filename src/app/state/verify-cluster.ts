import type {ConsumerGroup} from '../../adapters/kafka/consumer-group.js'
import {KafkaEventSource} from '../../adapters/kafka/event-source.js'
import {partitionOf} from '../../adapters/kafka/partition-of.js'
import {RedisStateStore} from '../../adapters/redis/state-store.js'
import {storedKeys} from '../../adapters/redis/stored-keys.js'
import {BEGINNING_OF_TIME, type EventTime, formatTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {InputBatch} from '../../engine/port/event-source.js'
import type {Checkpoint, OpenedPartition} from '../../engine/port/state-store.js'
import {openPartition} from '../../engine/stage/open-partition.js'
import {KeptBundles} from '../bundle/kept-bundles.js'
import {
  type ClusterConnections,
  type ClusterTarget,
  connectCluster,
} from '../service/cluster/cluster-connections.js'
import {readersOfAll} from '../service/cluster/readers-group.js'
import {StateMovesError, tookInputs} from '../service/cluster/took-inputs.js'
import {comparePartitions} from './compare-partitions.js'
import {keyDifferences} from './key-differences.js'
import {type Recomputed, recompute, TO_NOBODY} from './recompute.js'
import type {StateDifference} from './state-difference.js'
import {DIFFERENCES_TOLD, type StateVerdict} from './verify-state.js'

export interface VerifyClusterOptions extends ClusterTarget {
  readonly clock: Clock
  /** Told how many inputs of a partition were read again so far. */
  readonly onProgress: (read: number) => void
}

/** Of one partition. */
interface Compared {
  readonly inputs: number
  readonly keys: number
  readonly from: EventTime
  readonly differences: readonly StateDifference[]
}

/**
 * Compares the state that a cluster stored, while nothing comes in, with what follows from the topics. Neither is changed, and no
 * worker loses its partitions.
 */
export async function verifyCluster(options: VerifyClusterOptions): Promise<StateVerdict> {
  const connections = await connectCluster(options)
  const group = await readersOfAll(options, connections)
  try {
    const compared: Compared[] = []
    for (let partition = 0; partition < connections.partitions; partition++) {
      const one = await comparePartition(partition, group, options, connections)
      if (one !== undefined) compared.push(one)
    }
    const differences = compared.flatMap(({differences: own}) => own)
    const from = Math.max(BEGINNING_OF_TIME, ...compared.map((one) => one.from)) as EventTime
    return {
      inputs: compared.reduce((sum, {inputs}) => sum + inputs, 0),
      keys: compared.reduce((sum, {keys}) => sum + keys, 0),
      complete_from: Number.isFinite(from) ? formatTime(from) : null,
      differing: differences.length,
      differences: differences.slice(0, DIFFERENCES_TOLD),
    }
  } finally {
    await group.stop()
    await connections.close()
  }
}

/** Undefined where nothing is stored. */
async function comparePartition(
  number: number,
  group: ConsumerGroup,
  {clock, onProgress}: VerifyClusterOptions,
  {redis, keyspace, bundleStore, names, partitions}: ClusterConnections,
): Promise<Compared | undefined> {
  const store = new RedisStateStore(redis, keyspace)
  const stored = await store.view(number)
  const {checkpoint} = stored
  if (checkpoint === undefined) return undefined
  const source = new KafkaEventSource({group, clock, partition: number, upTo: checkpoint.positions ?? {}})
  source.seek(number, 0)
  let firstAt: number | undefined
  const reading = {
    partitions: () => source.partitions(),
    seek: () => undefined,
    next: async (): Promise<InputBatch | undefined> => {
      const batch = await source.next()
      firstAt ??= batch?.records[0]?.ingestedAt
      return batch
    },
  }
  const routing = {partitions, of: (key: string) => partitionOf(key, partitions)}
  const exchanging = partitions === 1 ? undefined : {routing, at: clock.now()}
  const recomputed = await recompute({
    ...{reading, begin: 0, checkpoint, partition: number, onProgress},
    bundles: new KeptBundles(bundleStore),
    firstBundle: (await bundleStore.first()) ?? checkpoint.bundle,
    exchanging,
  })
  source.stop()
  const asStored = {
    open: async () => stored,
    load: store.load,
    commit: store.commit,
    addFields: store.addFields,
  }
  const {bundle} = recomputed.partition
  const standing = [
    recomputed.partition,
    await openPartition(number, async () => bundle, asStored, TO_NOBODY, 0, exchanging),
  ]
  const isWhole = source.queues.every(({oldest}) => oldest === 0)
  const from = (
    isWhole || firstAt === undefined ? BEGINNING_OF_TIME : firstAt + bundle.settings.time.maxFutureSkew
  ) as EventTime
  const found = [...comparePartitions(stored, await comparable(recomputed, number, checkpoint), from)]
  const keys = new Set(recomputed.keys)
  for await (const key of storedKeys(redis, keyspace, number)) keys.add(key)
  for await (const difference of keyDifferences(
    ...([[...keys], store, number, recomputed, standing, from] as const),
  ))
    found.push(difference)
  if (tookInputs(checkpoint, (await store.view(number)).checkpoint, names)) throw new StateMovesError(number)
  const differences = found.map(({place, detail}) => ({place: `partition ${number}: ${place}`, detail}))
  return {inputs: recomputed.partition.offset, keys: keys.size, from, differences}
}

/** Without what depends on the order in which the topics were read: offsets and the watermark. */
async function comparable(
  {store}: Recomputed,
  partition: number,
  {offset, time}: Checkpoint,
): Promise<OpenedPartition> {
  const opened = await store.open(partition)
  if (opened.checkpoint === undefined) return opened
  return {...opened, checkpoint: {...opened.checkpoint, offset, time}}
}
