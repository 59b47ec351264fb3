import {AuditTrail} from '../../adapters/embedded/audit-trail.js'
import {EmbeddedBundleStore} from '../../adapters/embedded/bundle-store.js'
import {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../adapters/embedded/event-log.js'
import {leftToPublish} from '../../adapters/embedded/publication.js'
import {EmbeddedReadModel} from '../../adapters/embedded/read-model.js'
import {EmbeddedStateStore} from '../../adapters/embedded/state-store.js'
import {EmbeddedWebhookStore} from '../../adapters/embedded/webhook-store.js'
import {type AlertFeed, alertFeed} from '../../adapters/http/alert-feed.js'
import {Metrics} from '../../adapters/telemetry/metrics.js'
import type {Tracing} from '../../adapters/telemetry/tracing.js'
import type {Webhooks} from '../../adapters/webhook/webhooks.js'
import type {Publisher} from '../../engine/port/publisher.js'
import {openPartition} from '../../engine/stage/open-partition.js'
import type {Partition} from '../../engine/stage/partition.js'
import {KeptBundles} from '../bundle/kept-bundles.js'
import {loadFolders} from '../bundle/load-bundle.js'
import {EmbeddedCases} from './embedded-cases.js'
import {EmbeddedForgetting} from './embedded-forgetting.js'
import type {EmbeddedServiceOptions} from './embedded-options.js'
import {KeyTimeline} from './key-timeline.js'
import {OutcomeBoard} from './outcome-board.js'
import {partitionReading} from './partition-reading.js'
import {publishedTo} from './published-to.js'
import {RuleActivation} from './rule-activation.js'
import {standingEconomics} from './standing-economics.js'
import {tracingOf} from './tracing-of.js'
import {webhooksOf} from './webhooks-of.js'

/** The embedded log has one partition. */
export const PARTITION = 0

/** So many keys are held in memory; the others are read when they are needed. */
const KEY_CAPACITY = 100_000

/** What an embedded service stands on: all of it open, and where the last process left it. */
export interface EmbeddedParts {
  readonly database: EmbeddedDatabase
  readonly log: EmbeddedEventLog
  readonly store: EmbeddedStateStore
  readonly readModel: EmbeddedReadModel
  readonly audit: AuditTrail
  readonly partition: Partition
  readonly rules: RuleActivation
  readonly board: OutcomeBoard
  readonly publisher: Publisher
  readonly webhooks: Webhooks
  readonly cases: EmbeddedCases
  readonly forgetting: EmbeddedForgetting
  readonly timelines: KeyTimeline
  readonly alertFeed: AlertFeed
  readonly metrics: Metrics
  readonly tracing: Tracing | undefined
}

/** Opens a data directory. Rejects if another process has it open. `onFailure`: the service cannot go on. */
export async function openParts(
  options: EmbeddedServiceOptions,
  onFailure: (error: Error) => void,
): Promise<EmbeddedParts> {
  const database = await EmbeddedDatabase.open(options.dataDir)
  const tracing = await tracingOf(options.config)
  try {
    return await openOn(database, tracing, options, onFailure)
  } catch (error) {
    await database.close()
    await tracing?.stop()
    throw error
  }
}

async function openOn(
  database: EmbeddedDatabase,
  tracing: Tracing | undefined,
  options: EmbeddedServiceOptions,
  onFailure: (error: Error) => void,
): Promise<EmbeddedParts> {
  const {folder, config, clock} = options
  const log = await EmbeddedEventLog.open(database, {clock})
  const store = new EmbeddedStateStore(database, {publishes: true})
  const bundles = new KeptBundles(new EmbeddedBundleStore(database))
  const audit = await AuditTrail.open(database, clock)
  const readModel = new EmbeddedReadModel(database, audit)
  const board = new OutcomeBoard(log.end)
  const metrics: Metrics = new Metrics({
    partitions: () => [partitionReading(partition, log.end - partition.offset)],
    webhookBacklog: () => webhooks.backlog(),
    trained: () => options.scorer?.trained,
    clock,
  })
  const webhookStore = await EmbeddedWebhookStore.open(database, audit)
  const webhooks = webhooksOf(config, {
    store: webhookStore,
    onAttempt: (delivery, outcome) => metrics.webhooks.observe(delivery, outcome),
    onFailure: (error) => options.onWebhookFailure?.(error),
    trace: tracing?.attempt,
    clock,
  })
  const forgetting = new EmbeddedForgetting({
    ...{database, log, webhooks: webhookStore, audit, clock, onFailure},
    bundle: () => partition.bundle,
  })
  const timelines = new KeyTimeline(
    store,
    () => PARTITION,
    () => partition.bundle.streams,
  )
  const cases = await EmbeddedCases.open({
    ...{config, database, audit, log, readModel, decisions: readModel, clock, metrics},
    partition: PARTITION,
    settled: (offsets) => board.claim(offsets),
    lists: () => ({rules, timelines}),
    publishCases: (records) => webhooks.feed.publishCases(records),
  })
  const publisher = metrics.outbox.watched(
    publishedTo([restTo(readModel), cases, webhooks.feed, forgetting.erasure]),
  )
  const bundleOf = (id: string | undefined) => bundles.inForceAt(id, folder)
  const partition = await openPartition(PARTITION, bundleOf, store, publisher, KEY_CAPACITY)
  metrics.watchEconomics(standingEconomics(database, readModel, () => partition.bundle.rules, clock))
  log.seek(PARTITION, partition.offset)
  const rules = new RuleActivation({
    ...{partition, log, store, bundles, audit, clock},
    readFolder: () => loadFolders(config),
    onActivated: (report) => options.onActivated?.(report),
    onRefused: (faults) => options.onRefused?.(faults),
  })
  await rules.begin(folder)
  return {
    ...{
      database,
      log,
      store,
      readModel,
      audit,
      partition,
      rules,
      board,
      publisher,
      webhooks,
      cases,
      forgetting,
    },
    ...{timelines, metrics, tracing},
    alertFeed: alertFeed(partition.publishedUpTo),
  }
}

/** What a commit has not written by itself. */
function restTo(readModel: EmbeddedReadModel): Publisher {
  return {
    publish: async (entry) => {
      const rest = leftToPublish(entry)
      if (rest !== undefined) await readModel.publish(rest)
    },
  }
}
