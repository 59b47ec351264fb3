import type {RetrainReport} from '../../../adapters/http/retrain-service.js'
import type {RuleProposal} from '../../../adapters/http/rule-proposals.js'
import type {ActivationReport} from '../../../adapters/http/rules-service.js'
import type {LedgerReport, StatusService} from '../../../adapters/http/status-service.js'
import {ConsumerGroup} from '../../../adapters/kafka/consumer-group.js'
import {KafkaEventIntake} from '../../../adapters/kafka/event-intake.js'
import {kafkaClient} from '../../../adapters/kafka/kafka-client.js'
import {explainKafkaFailure} from '../../../adapters/kafka/kafka-refusal.js'
import {partitionOf} from '../../../adapters/kafka/partition-of.js'
import {RedisProposalStore} from '../../../adapters/redis/desk/proposal-store.js'
import type {Keyspace} from '../../../adapters/redis/keyspace.js'
import {RedisReadModel} from '../../../adapters/redis/read-model.js'
import {Metrics} from '../../../adapters/telemetry/metrics.js'
import type {Tracing} from '../../../adapters/telemetry/tracing.js'
import {type Stream, streamsWith} from '../../../core/event/stream.js'
import {formatTime} from '../../../core/event/time.js'
import {addLedger, type Ledger, unbalanced} from '../../../core/ledger/ledger.js'
import type {CommittedBatch} from '../../../engine/operator/batch.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {Scorer} from '../../../engine/port/model.js'
import type {Partition} from '../../../engine/stage/partition.js'
import {type LoadedBundle, loadFolders} from '../../bundle/load-bundle.js'
import {BacktestDesk} from '../backtest/backtest-desk.js'
import {expireRecords, HOUSEKEEPING_EVERY_MS} from '../expire-records.js'
import {ForgetDesk} from '../forget-desk.js'
import {FourEyes} from '../four-eyes.js'
import {partitionReading} from '../partition-reading.js'
import {publishedTo} from '../published-to.js'
import {topicWindow} from './backtest/topic-window.js'
import {PartitionBuilding} from './building/partition-building.js'
import {snapshotsOf} from './building/snapshots-of.js'
import {type ClusterTarget, connectCluster} from './cluster-connections.js'
import {clusterPublishers} from './cluster-publishers.js'
import {ClusterRules} from './cluster-rules.js'
import {ClusterEdge} from './edge/cluster-edge.js'
import {modelsOfAll} from './learning/models-of-all.js'
import type {SharedModels} from './learning/shared-models.js'
import {type OpenedInstallation, openStores} from './open-stores.js'
import {OwnedPartitions} from './owned-partitions.js'
import {Readiness} from './readiness.js'
import {WorkerWatch} from './worker-watch.js'

export interface ClusterServiceOptions extends ClusterTarget {
  /** What the rules and features folders hold; without it, the service goes on with what was in force. */
  readonly folder: LoadedBundle | undefined
  readonly clock: Clock
  /** The model; without it, rules alone decide. */
  readonly scorer?: Scorer | undefined
  readonly tracing?: Tracing | undefined
  /** Hears of every batch after it is published. */
  readonly onBatch?: ((batch: CommittedBatch) => void) | undefined
  readonly onActivated?: ((report: ActivationReport) => void) | undefined
  readonly onRefused?: ((faults: readonly string[]) => void) | undefined
  /** Which partitions are this process's from now on. */
  readonly onAssigned?: ((partitions: readonly number[]) => void) | undefined
  /** Hears what came of versions that were trained here. */
  readonly onRetrained?: ((report: RetrainReport) => void) | undefined
  /** The folder of versions is what all workers share. Waited for before anything is scored. */
  readonly onModelsShared?: (() => Promise<void>) | undefined
  /** It cannot go on. Nothing acknowledged is lost: a new start goes on from the last commits. */
  readonly onFailure: (error: Error) => void
}

/** One worker of many: it scores the partitions that the group gives it, on Kafka and Redis. */
export class ClusterService implements StatusService {
  /** What is served for all workers. */
  readonly edge: ClusterEdge
  readonly ruleProposals: FourEyes
  readonly forgetting: ForgetDesk
  readonly backtests: BacktestDesk
  /** That events can be sent to, by name. */
  readonly streams: ReadonlyMap<string, Stream>
  readonly rules: ClusterRules
  readonly readModel: RedisReadModel
  readonly metrics: Metrics
  private readonly sharedModels: SharedModels
  private readonly owned: OwnedPartitions
  private readonly group: ConsumerGroup
  private readonly watch: WorkerWatch
  private readonly readiness = new Readiness()
  private housekeeping: NodeJS.Timeout | undefined
  private isAssigned = false
  private isDraining = false
  private isStopping = false
  private failure: Error | undefined

  private constructor(
    private readonly options: ClusterServiceOptions,
    private readonly connections: OpenedInstallation,
    /** What was activated last, as far as is known before the log is read. */
    latest: LoadedBundle,
  ) {
    const {config, clock, log} = options
    const {sender, redis, keyspace, store, bundles, names, partitions} = connections
    const streams = streamsWith(config.streams)
    const toLog = new KafkaEventIntake({sender, names, streams, partitions})
    const intake = options.tracing?.traced(toLog) ?? toLog
    const readModel = new RedisReadModel(redis, keyspace)
    this.readModel = readModel
    const bundle = () => this.partitions[0]?.bundle ?? latest.bundle
    this.sharedModels = modelsOfAll(config, connections, {
      audit: (changes) => this.edge.audit.write(changes),
      onTrouble: ({message}) => log('warn', message, {}),
    })
    this.edge = new ClusterEdge({
      ...{config, clock, redis, keyspace, store, readModel, intake, partitions, bundle},
      scorer: options.scorer,
      sharedModels: this.sharedModels,
      onRetrained: (report) => {
        this.metrics.learning.retrained(report)
        options.onRetrained?.(report)
      },
      rules: () => this.rules,
      ownPartition: (number) => this.partitions.find((partition) => partition.number === number),
      settledTimes: () => this.partitions.map(({number, settledUpTo}) => [number, settledUpTo] as const),
      onWebhookAttempt: (delivery, outcome) => this.metrics.webhooks.observe(delivery, outcome),
      trace: options.tracing?.attempt,
      onTrouble: (error) => log('warn', error.message, {}),
    })
    const {edge} = this
    this.forgetting = new ForgetDesk({
      ...{audit: edge.audit, clock, hearsAll: false},
      append: (record) => intake.append(0, [record]),
      partitionOf: (user) => partitionOf(user, partitions),
    })
    this.metrics = new Metrics({
      partitions: () => this.readings(),
      webhookBacklog: () => edge.webhooks.backlog(),
      trained: () => options.scorer?.trained,
      clock,
    })
    this.metrics.watchCases(() => edge.cases.store.standing(clock.now()))
    this.streams = streams
    this.rules = new ClusterRules(
      {
        ...{intake, bundles, clock, audit: edge.audit},
        activations: connections.bundleStore,
        anyPartition: () => this.partitions[0],
        readFolder: () => loadFolders(config),
        onActivated: (report) => options.onActivated?.(report),
        onRefused: (faults) => options.onRefused?.(faults),
      },
      latest.bundle,
    )
    this.backtests = new BacktestDesk({
      ...{config, clock},
      write: topicWindow({config, kafka: options.kafka, names, partitions}),
      content: () => this.rules.content(),
    })
    const proposals = new RedisProposalStore<RuleProposal>(redis, keyspace, edge.audit)
    this.ruleProposals = new FourEyes(proposals, this.rules, clock)
    this.group = new ConsumerGroup({
      kafka: kafkaClient({connection: options.kafka, clientId: 'tripline-worker', log}),
      groupId: groupOf(keyspace),
      inputs: names.inputs(streams),
      clock,
      log,
      onAssigned: (assigned) => this.assigned(assigned),
      onHeartbeat: () => this.owned.heartbeat(),
      onCrash: (error) => this.fail(error),
    })
    const {toAll, toReadModel, turns, publisher} = clusterPublishers({
      ...{connections, edge, readModel, clock},
      namespace: config.namespace,
      watch: this.metrics.outbox,
    })
    this.owned = new OwnedPartitions({
      ...{group: this.group, store, clock, scorer: options.scorer, tracing: options.tracing},
      ruleWatch: this.metrics.rules,
      publisher,
      buildingOf: () =>
        new PartitionBuilding({
          kafka: kafkaClient({connection: options.kafka, clientId: 'tripline-building', log}),
          ...{names, partitions, store, turns, clock, log},
          inputs: names.inputs(streams),
          publisher: publishedTo([toAll, edge.catchingUp]),
          onRead: (records) => this.watch.readForBuilding(records),
        }),
      ...snapshotsOf({config, kafka: options.kafka, connections, toReadModel, bundle, clock, log}),
      routing: partitions === 1 ? undefined : {partitions, of: (key) => partitionOf(key, partitions)},
      watchOf: (partition) => edge.answersFor(partition),
      bundleOf: (id) => bundles.inForceAt(id, undefined),
      onBatch: (batch) => {
        edge.observe(batch)
        this.rules.observe(batch)
        this.metrics.observe(batch)
        options.tracing?.published(batch)
        options.onBatch?.(batch)
      },
      onTrouble: (partition, error) => {
        this.metrics.observeFailure(error)
        log('warn', error.message, {partition})
      },
      onStateLost: () => {
        log('error', GONE_WITH_REDIS, {})
        return connections.installation.restore(connections.bundleStore)
      },
      onFailure: (error) => this.fail(error),
    })
    this.watch = new WorkerWatch(connections.pause, this.owned, this.metrics, log)
  }

  /**
   * Connects, checks that everything is as it should be, and joins the group. Rejects with what is wrong and what to do:
   * KafkaUnavailableError, RedisUnavailableError, RedisRefusedError, NothingInForceError.
   */
  static async start(options: ClusterServiceOptions): Promise<ClusterService> {
    const {folder, kafka} = options
    const connected = await connectCluster(options)
    try {
      const {latest, ...opened} = await openStores(options, connected)
      const service = new ClusterService(options, opened, latest)
      await service.sharedModels.start()
      await options.onModelsShared?.()
      await service.edge.start()
      if (folder !== undefined) await service.rules.considerFolder(folder)
      await service.group.start()
      service.keepHouse()
      return service
    } catch (error) {
      await connected.close()
      throw explainKafkaFailure(error, kafka)
    }
  }

  /** The partitions that are this process's and open. */
  get partitions(): readonly Partition[] {
    return this.owned.all.flatMap(({partition}) => partition ?? [])
  }

  live(): boolean {
    return this.failure === undefined
  }

  ready(): {ready: boolean; reasons: string[]} {
    const others = [...this.watch.reasons]
    if (this.failure !== undefined) others.unshift(`stopped: ${this.failure.message}`)
    if (this.isStopping || this.isDraining) others.unshift('stopping')
    if (!this.isAssigned) others.push('the group has not shared out the partitions yet')
    return this.readiness.judge(this.owned.all, others, performance.now())
  }

  /** Of this process's partitions: those of the others are told by the others. */
  ledger(): LedgerReport {
    const total: Ledger = {}
    for (const {ledger} of this.partitions) addLedger(total, ledger)
    return {
      partitions: this.partitions.map(({number, watermark, ledger}) => ({
        partition: number,
        watermark: Number.isFinite(watermark) ? formatTime(watermark) : null,
        accounts: structuredClone(ledger),
      })),
      total,
      balanced: unbalanced(total).length === 0,
    }
  }

  private readings() {
    return this.owned.all.flatMap(({partition, unread}) =>
      partition === undefined ? [] : [partitionReading(partition, unread)],
    )
  }

  /** Records on the log of its partitions that were not taken. */
  get unread(): number {
    return this.owned.all.reduce((sum, {unread}) => sum + unread, 0)
  }

  /** Not ready from now on, so that requests go elsewhere; those that still come are answered. */
  drain(): void {
    this.isDraining = true
  }

  /** Takes no more, finishes and publishes the batches under way, and leaves the group: others go on at once. */
  async stop(): Promise<void> {
    this.isStopping = true
    clearInterval(this.housekeeping)
    this.watch.stop()
    this.backtests.stop()
    // At a time: until the group knows, nobody else takes the partitions, and their last commits are fenced.
    await Promise.all([this.owned.stop(), this.group.stop()])
    await this.edge.stop()
    await this.sharedModels.stop()
    await this.connections.close()
  }

  /** Every worker does: what one has dropped, the others do not find. */
  private keepHouse(): void {
    const {config, log} = this.options
    const expire = () =>
      Promise.all([expireRecords(this.readModel, config.retention), this.edge.expire()]).catch(
        ({message}: Error) => log('warn', message, {task: 'housekeeping'}),
      )
    this.housekeeping = setInterval(expire, HOUSEKEEPING_EVERY_MS)
    this.housekeeping.unref()
  }

  private assigned(partitions: readonly number[]): void {
    if (this.isStopping) return
    this.isAssigned = true
    this.owned.assign(partitions)
    this.options.onAssigned?.(partitions)
  }

  private fail(error: Error): void {
    if (this.failure !== undefined || this.isStopping) return
    this.failure = error
    this.options.onFailure(error)
  }
}

const GONE_WITH_REDIS =
  'a state that was in Redis is gone; it is built from the topics, but if Redis was flushed, subscriptions to webhooks, what waits to be delivered, proposals and the rest of the audit trail are gone, too: restore them, or register webhooks again'

/** Each generation of the state reads all partitions. */
function groupOf({namespace, generation = 1}: Keyspace): string {
  return `${namespace}.tripline${generation === 1 ? '' : `.${generation}`}`
}
