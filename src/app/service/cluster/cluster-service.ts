import type {ActivationReport} from '../../../adapters/http/rules-service.js'
import type {LedgerReport, StatusService} from '../../../adapters/http/status-service.js'
import {checkTopics} from '../../../adapters/kafka/check-topics.js'
import {ConsumerGroup} from '../../../adapters/kafka/consumer-group.js'
import {KafkaEventIntake} from '../../../adapters/kafka/event-intake.js'
import {KafkaPublisher} from '../../../adapters/kafka/event-publisher.js'
import {type KafkaLog, kafkaClient} from '../../../adapters/kafka/kafka-client.js'
import type {KafkaConnection} from '../../../adapters/kafka/kafka-connection.js'
import {explainKafkaFailure} from '../../../adapters/kafka/kafka-refusal.js'
import {RecordSender} from '../../../adapters/kafka/record-sender.js'
import {TopicNames} from '../../../adapters/kafka/topic-names.js'
import {RedisBundleStore} from '../../../adapters/redis/bundle-store.js'
import {connectRedis} from '../../../adapters/redis/connect-redis.js'
import {RedisReadModel} from '../../../adapters/redis/read-model.js'
import type {RedisConnection} from '../../../adapters/redis/redis-connection.js'
import type {RedisTarget} from '../../../adapters/redis/redis-target.js'
import {RedisStateStore} from '../../../adapters/redis/state-store.js'
import {Metrics} from '../../../adapters/telemetry/metrics.js'
import {type Stream, streamsWith} from '../../../core/event/stream.js'
import {type EventTime, formatTime} from '../../../core/event/time.js'
import {addLedger, type Ledger, unbalanced} from '../../../core/ledger/ledger.js'
import type {CommittedBatch} from '../../../engine/operator/batch.js'
import type {Clock} from '../../../engine/port/clock.js'
import type {Scorer} from '../../../engine/port/model.js'
import type {Partition} from '../../../engine/stage/partition.js'
import {KeptBundles} from '../../bundle/kept-bundles.js'
import {type LoadedBundle, loadFolders} from '../../bundle/load-bundle.js'
import type {Config} from '../../config/config.js'
import {expireRecords, HOUSEKEEPING_EVERY_MS} from '../expire-records.js'
import {partitionReading} from '../partition-reading.js'
import {publishedTo} from '../published-to.js'
import {ClusterIntake} from './cluster-intake.js'
import {ClusterRules} from './cluster-rules.js'
import {OwnedPartitions} from './owned-partitions.js'
import {sharedKeyFaults} from './shared-key-faults.js'

export interface ClusterServiceOptions {
  readonly config: Config
  readonly kafka: KafkaConnection
  readonly redis: RedisTarget
  /** What the rules and features folders hold; without it, the service goes on with what was in force. */
  readonly folder: LoadedBundle | undefined
  readonly clock: Clock
  /** The model; without it, rules alone decide. */
  readonly scorer?: Scorer | undefined
  readonly log: KafkaLog
  /** Hears of every batch after it is published. */
  readonly onBatch?: ((batch: CommittedBatch) => void) | undefined
  readonly onActivated?: ((report: ActivationReport) => void) | undefined
  readonly onRefused?: ((faults: readonly string[]) => void) | undefined
  /** Which partitions are this process's from now on. */
  readonly onAssigned?: ((partitions: readonly number[]) => void) | undefined
  /** It cannot go on. Nothing acknowledged is lost: a new start goes on from the last commits. */
  readonly onFailure: (error: Error) => void
}

/** Rules that cannot run on these topics. */
export class UnfitRulesError extends RangeError {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'UnfitRulesError'
  }
}

/** What stands behind the service, all connected. */
interface Connections {
  readonly sender: RecordSender
  readonly redis: RedisConnection
  readonly store: RedisStateStore
  readonly readModel: RedisReadModel
  readonly bundles: KeptBundles
  readonly names: TopicNames
  readonly partitions: number
}

/** One worker of many: it scores the partitions that the group gives it, on Kafka and Redis. */
export class ClusterService implements StatusService {
  readonly intake: ClusterIntake
  /** That events can be sent to, by name. */
  readonly streams: ReadonlyMap<string, Stream>
  readonly rules: ClusterRules
  readonly readModel: RedisReadModel
  readonly metrics: Metrics
  private readonly owned: OwnedPartitions
  private readonly group: ConsumerGroup
  private housekeeping: NodeJS.Timeout | undefined
  private isAssigned = false
  private isStopping = false
  private failure: Error | undefined

  private constructor(
    private readonly options: ClusterServiceOptions,
    private readonly connections: Connections,
    first: LoadedBundle,
    /** What was activated last, as far as is known before the log is read. */
    latest: LoadedBundle,
  ) {
    const {config, clock, log} = options
    const {sender, store, readModel, bundles, names, partitions} = connections
    const streams = streamsWith(config.streams)
    const intake = new KafkaEventIntake({sender, names, streams, partitions})
    this.readModel = readModel
    this.metrics = new Metrics({
      partitions: () => this.readings(),
      webhookBacklog: async () => new Map(),
      clock,
    })
    this.streams = streams
    this.rules = new ClusterRules(
      {
        ...{intake, bundles, clock, partitions},
        anyPartition: () => this.partitions[0],
        readFolder: () => loadFolders(config),
        onActivated: (report) => options.onActivated?.(report),
        onRefused: (faults) => options.onRefused?.(faults),
      },
      latest.bundle,
    )
    const bundle = () => this.partitions[0]?.bundle ?? latest.bundle
    this.intake = new ClusterIntake({intake, partitions, bundle, clock})
    this.group = new ConsumerGroup({
      kafka: kafkaClient({connection: options.kafka, clientId: 'tripline-worker', log}),
      groupId: `${config.namespace}.tripline`,
      inputs: names.inputs(streams),
      clock,
      log,
      onAssigned: (assigned) => this.assigned(assigned),
      onHeartbeat: () => this.owned.heartbeat(),
      onCrash: (error) => this.fail(error),
    })
    const toKafka = new KafkaPublisher({sender, names, namespace: config.namespace, clock})
    this.owned = new OwnedPartitions({
      ...{group: this.group, store, clock, scorer: options.scorer},
      publisher: this.metrics.outbox.watched(publishedTo([toKafka, readModel])),
      bundleOf: (id) => bundles.inForceAt(id, undefined),
      onBatch: (batch) => {
        this.rules.observe(batch)
        this.metrics.observe(batch)
        options.onBatch?.(batch)
      },
      onTrouble: (partition, error) => {
        this.metrics.observeFailure(error)
        log('warn', error.message, {partition})
      },
      onStateLost: () => bundles.keepAgain(first.bundle.id),
      onFailure: (error) => this.fail(error),
    })
  }

  /**
   * Connects, checks that everything is as it should be, and joins the group. Rejects with what is wrong and what to do:
   * KafkaUnavailableError, RedisUnavailableError, RedisRefusedError, UnfitRulesError, NothingInForceError.
   */
  static async start(options: ClusterServiceOptions): Promise<ClusterService> {
    const {config, folder, kafka} = options
    const names = new TopicNames(config.namespace)
    const partitions = await checkedTopics(options, names)
    const {connection: redis, warnings} = await connectRedis(options.redis)
    const sender = new RecordSender(kafkaClient({connection: kafka, clientId: 'tripline', log: options.log}))
    try {
      for (const warning of warnings) options.log('warn', warning, {})
      const keyspace = {namespace: config.namespace}
      const bundles = new KeptBundles(new RedisBundleStore(redis, keyspace))
      const first = await firstBundle(bundles, folder, partitions)
      const store = new RedisStateStore(redis, {...keyspace, durability: options.redis.durability})
      const readModel = new RedisReadModel(redis, keyspace)
      await sender.connect()
      const connections = {sender, redis, store, readModel, bundles, names, partitions}
      const lastFolder = await bundles.store.lastFolder()
      const latest = lastFolder === undefined ? first : await bundles.load(lastFolder)
      const service = new ClusterService(options, connections, first, latest)
      if (folder !== undefined) await service.rules.folderMayHaveChanged(folder)
      await service.group.start()
      service.keepHouse()
      return service
    } catch (error) {
      await sender.disconnect()
      redis.close()
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
    const reasons = this.owned.all.flatMap(({reason}) => reason ?? [])
    if (this.failure !== undefined) reasons.unshift(`stopped: ${this.failure.message}`)
    if (this.isStopping) reasons.unshift('stopping')
    if (!this.isAssigned) reasons.push('the group has not shared out the partitions yet')
    if (this.connections.redis.isPaused) reasons.push('Redis does not answer')
    return {ready: reasons.length === 0, reasons}
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

  settledUpTo(): EventTime {
    return Math.min(...this.partitions.map((partition) => partition.settledUpTo)) as EventTime
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

  /** Takes no more, finishes and publishes the batches under way, and leaves the group: others go on at once. */
  async stop(): Promise<void> {
    this.isStopping = true
    clearInterval(this.housekeeping)
    await this.owned.stop()
    await this.group.stop()
    await this.connections.sender.disconnect()
    this.connections.redis.close()
  }

  /** Every worker does: what one has dropped, the others do not find. */
  private keepHouse(): void {
    const {config, log} = this.options
    const expire = () =>
      expireRecords(this.readModel, config.retention).catch(({message}: Error) =>
        log('warn', message, {task: 'housekeeping'}),
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

async function checkedTopics(
  {config, kafka, log}: ClusterServiceOptions,
  names: TopicNames,
): Promise<number> {
  const admin = kafkaClient({connection: kafka, clientId: 'tripline-start', log, retries: 2}).admin()
  try {
    await admin.connect()
    return await checkTopics(admin, names.inputs(streamsWith(config.streams)), names)
  } catch (error) {
    throw explainKafkaFailure(error, kafka)
  } finally {
    await admin.disconnect()
  }
}

/** The bundle with which the log begins: that of the first worker that ever started. */
async function firstBundle(
  bundles: KeptBundles,
  folder: LoadedBundle | undefined,
  partitions: number,
): Promise<LoadedBundle> {
  const faults = folder === undefined ? [] : sharedKeyFaults(folder.bundle, partitions)
  if (faults.length > 0) throw new UnfitRulesError(faults)
  await bundles.inForceAt(undefined, folder)
  // Another worker may have been first, with another folder.
  const {id} = await bundles.inForceAt(undefined, undefined)
  return bundles.load(id)
}
