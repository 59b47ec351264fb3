import {join} from 'node:path'
import {KafkaEventSource} from '../../adapters/kafka/event-source.js'
import {PublishedInOrder} from '../../adapters/redis/published-in-order.js'
import {RedisStateStore} from '../../adapters/redis/state-store.js'
import type {BundleContent} from '../../core/bundle/bundle-content.js'
import {streamsWith} from '../../core/event/stream.js'
import type {Checkpoint} from '../../engine/port/state-store.js'
import {writeBundleFolder} from '../bundle/bundle-folder.js'
import {compileAs} from '../bundle/compile-as.js'
import {
  type ClusterConnections,
  type ClusterTarget,
  connectCluster,
} from '../service/cluster/cluster-connections.js'
import {readersOfAll} from '../service/cluster/readers-group.js'
import {StateMovesError, tookInputs} from '../service/cluster/took-inputs.js'
import {type ExportOptions, type ExportSummary, NothingCameInError, namesIn, newFolder} from './export-run.js'
import {type PartitionReadingSource, writeClusterEvents} from './write-cluster-events.js'
import {writeEmitted} from './write-emitted.js'
import {writeModels} from './write-models.js'
import {writeServed} from './write-served.js'

/** Writes what a cluster took in while nothing comes in, under which rules, and what it said, so that a replay can be held against it. */
export async function exportCluster(options: ExportOptions & ClusterTarget): Promise<ExportSummary> {
  const {config, outputDir, from, to, onProgress, onMissingModel, clock} = options
  await newFolder(outputDir)
  const connections = await connectCluster(options)
  const {redis, keyspace, names, partitions} = connections
  const store = new RedisStateStore(redis, keyspace)
  const standing = new Map<number, Checkpoint>()
  for (let partition = 0; partition < partitions; partition++) {
    const {checkpoint} = await store.view(partition)
    if (checkpoint !== undefined) standing.set(partition, checkpoint)
  }
  const group = await readersOfAll(options, connections)
  try {
    const contents = await bundlesOf(connections, store)
    const [first] = contents.values()
    if (standing.size === 0 || first === undefined) throw new NothingCameInError(config.namespace)
    const readings = [...standing].map(([partition, checkpoint]): PartitionReadingSource => {
      const source = new KafkaEventSource({group, clock, partition, upTo: checkpoint.positions ?? {}})
      source.seek(partition, 0)
      return {partition, source, checkpoint}
    })
    const events = await writeClusterEvents({
      ...{readings, from, to, onProgress},
      path: join(outputDir, 'events.ndjson.gz'),
      eventLimit: compileAs('', first).settings.intake.eventLimit,
      broadcast: new Set(
        names
          .inputs(streamsWith(config.streams))
          .flatMap(({topic, isBroadcast}) => (isBroadcast ? [topic] : [])),
      ),
    })
    const published = new PublishedInOrder(redis, keyspace)
    const span = {from, to}
    const served = await writeServed({
      path: join(outputDir, 'features.bin'),
      records: published.servedFeatures(span),
      names: namesIn(contents),
    })
    const bundleFolder = join(outputDir, 'bundle')
    const models = await writeModels(config, bundleFolder, served.models, onMissingModel)
    const bundles = [...contents.keys()]
    await writeBundleFolder(bundleFolder, bundles[0] as string, contents, models)
    const emitted = await writeEmitted(
      {alerts: published.standingAlerts(span), decisions: published.lastDecisions(span)},
      join(outputDir, 'emitted'),
      settledUpTo([...standing.values()], contents),
    )
    for (const [partition, checkpoint] of standing)
      if (tookInputs(checkpoint, (await store.view(partition)).checkpoint, names))
        throw new StateMovesError(partition)
    const isWhole = readings.every(({source}) => source.queues.every(({oldest}) => oldest === 0))
    const complete = isWhole && from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY
    return {events, ...emitted, features: served.transactions, bundles, models: models.versions, complete}
  } finally {
    await group.stop()
    await connections.close()
  }
}

/** In the order in which they came into force. */
async function bundlesOf(
  {bundleStore}: ClusterConnections,
  store: RedisStateStore,
): Promise<ReadonlyMap<string, BundleContent>> {
  const activations = await store.activations(0)
  const ids = [(await bundleStore.first()) ?? [], ...activations.map(({bundle}) => bundle)].flat()
  const contents = new Map<string, BundleContent>()
  for (const id of new Set(ids)) {
    const content = await bundleStore.content(id)
    if (content !== undefined) contents.set(id, content)
  }
  return contents
}

/** What has an event time up to this (ms) changes no more, in no partition. */
function settledUpTo(standing: readonly Checkpoint[], contents: ReadonlyMap<string, BundleContent>): number {
  const times = standing.map(({time, bundle: id}) => {
    const content = contents.get(id)
    if (content === undefined || time.watermark === null) return Number.NEGATIVE_INFINITY
    const {settings, lookahead} = compileAs(id, content)
    return time.watermark - settings.time.allowedLateness - lookahead
  })
  return Math.min(...times)
}
