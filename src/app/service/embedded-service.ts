import type {Subscription} from 'rxjs'
import {AlertTriage} from '../../adapters/embedded/alert-triage.js'
import {AuditTrail} from '../../adapters/embedded/audit-trail.js'
import {EmbeddedBundleStore} from '../../adapters/embedded/bundle-store.js'
import {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../adapters/embedded/event-log.js'
import {IntakeOverloadedError} from '../../adapters/embedded/group-write.js'
import {EmbeddedIdempotencyKeys} from '../../adapters/embedded/idempotency-keys.js'
import {MODEL_PROPOSAL, RULE_PROPOSAL} from '../../adapters/embedded/keyspace.js'
import {EmbeddedProposalStore} from '../../adapters/embedded/proposal-store.js'
import {EmbeddedReadModel} from '../../adapters/embedded/read-model.js'
import {EmbeddedStateStore} from '../../adapters/embedded/state-store.js'
import {EmbeddedWebhookStore} from '../../adapters/embedded/webhook-store.js'
import {type AlertFeed, alertFeed} from '../../adapters/http/alert-feed.js'
import {
  IntakeSaturatedError,
  type IntakeService,
  type SubmitResult,
} from '../../adapters/http/intake-service.js'
import type {RetrainReport} from '../../adapters/http/retrain-service.js'
import type {ActivationReport} from '../../adapters/http/rules-service.js'
import type {LedgerReport, StatusService} from '../../adapters/http/status-service.js'
import {Metrics} from '../../adapters/telemetry/metrics.js'
import type {Tracing} from '../../adapters/telemetry/tracing.js'
import type {Webhooks} from '../../adapters/webhook/webhooks.js'
import {decoderOf} from '../../core/bundle/decoder-of.js'
import {type EventTime, formatTime, type WallTime} from '../../core/event/time.js'
import {addLedger, type Ledger, unbalanced} from '../../core/ledger/ledger.js'
import type {CommittedBatch, RecordFate} from '../../engine/operator/batch.js'
import {scoring} from '../../engine/pipeline/scoring.js'
import type {Clock} from '../../engine/port/clock.js'
import {isReserved} from '../../engine/port/control-record.js'
import type {IntakeRecord} from '../../engine/port/event-intake.js'
import type {Scorer} from '../../engine/port/model.js'
import type {Publisher} from '../../engine/port/publisher.js'
import {type EntityFeatures, type EntityName, featuresNow} from '../../engine/stage/features-now.js'
import {openPartition} from '../../engine/stage/open-partition.js'
import type {Partition} from '../../engine/stage/partition.js'
import {KeptBundles} from '../bundle/kept-bundles.js'
import {type LoadedBundle, loadFolders} from '../bundle/load-bundle.js'
import type {Config} from '../config/config.js'
import {BacktestDesk} from './backtest/backtest-desk.js'
import {DecisionDesk} from './decision-desk.js'
import {EmbeddedCases} from './embedded-cases.js'
import {EmbeddedForgetting} from './embedded-forgetting.js'
import {expireRecords, HOUSEKEEPING_EVERY_MS} from './expire-records.js'
import {FourEyes} from './four-eyes.js'
import {KeyTimeline} from './key-timeline.js'
import {LearningDesk} from './learning-desk.js'
import {ModelDesk} from './model-desk.js'
import {ModelFourEyes} from './model-four-eyes.js'
import {OutcomeBoard} from './outcome-board.js'
import {partitionReading} from './partition-reading.js'
import {publishedTo} from './published-to.js'
import {RuleActivation} from './rule-activation.js'
import {screen} from './screen.js'
import {standingEconomics} from './standing-economics.js'
import {toSubmitResult} from './submit-result.js'
import {tracingOf} from './tracing-of.js'
import {webhooksOf} from './webhooks-of.js'

/** So many keys are held in memory; the others are read when they are needed. */
const KEY_CAPACITY = 100_000
/** With so many inputs under way, further ones are turned away for a moment. */
const SATURATED_AT = 20_000
/** The embedded log has one partition. */
const PARTITION = 0

export interface EmbeddedServiceOptions {
  readonly config: Config
  /**
   * What the rules and features folders hold; without it, the service goes on with what was in force, which is refused
   * where nothing ran before.
   */
  readonly folder: LoadedBundle | undefined
  readonly dataDir: string
  readonly clock: Clock
  /** Without one, rules alone decide. */
  readonly scorer?: Scorer | undefined
  /** What `tripline` runs, for work in a process of its own; the program that this is part of, if absent. */
  readonly program?: string | undefined
  /** Hears of every batch after it is published. */
  readonly onBatch?: ((batch: CommittedBatch) => void) | undefined
  /** Hears of other rules that came into force. */
  readonly onActivated?: ((report: ActivationReport) => void) | undefined
  /** Hears why the folder's rules did not. */
  readonly onRefused?: ((faults: readonly string[]) => void) | undefined
  /** Hears what came of training a version from what was served. */
  readonly onRetrained?: ((report: RetrainReport) => void) | undefined
  /** Hears why messages to subscribers could not be taken from their queue or put back; it is tried again. */
  readonly onWebhookFailure?: ((error: Error) => void) | undefined
  /** The pipeline stopped by itself. Nothing acknowledged is lost: a new start goes on from the last commit. */
  readonly onFailure: (error: Error) => void
}

/** An input with the time at which it arrived. */
export interface Arrival {
  readonly stream: string | undefined
  readonly bytes: Uint8Array
  readonly arrivedAt: WallTime
  /** How many times it was tried, this one included; 1 if absent. */
  readonly attempt?: number
}

/** The whole engine in one process, on local disk. */
export class EmbeddedService implements IntakeService, StatusService {
  readonly decisions: DecisionDesk
  readonly triage: AlertTriage
  readonly ruleProposals: FourEyes
  readonly models: ModelDesk
  readonly modelProposals: ModelFourEyes
  readonly learning: LearningDesk
  readonly timelines: KeyTimeline
  readonly backtests: BacktestDesk
  readonly alertFeed: AlertFeed
  readonly idempotencyKeys: EmbeddedIdempotencyKeys
  private running: Subscription | undefined
  private housekeeping: NodeJS.Timeout | undefined
  private failure: Error | undefined
  private ended: Promise<void> = Promise.resolve()

  private constructor(
    private readonly options: EmbeddedServiceOptions,
    private readonly database: EmbeddedDatabase,
    private readonly log: EmbeddedEventLog,
    readonly readModel: EmbeddedReadModel,
    readonly audit: AuditTrail,
    readonly webhooks: Webhooks,
    readonly metrics: Metrics,
    readonly tracing: Tracing | undefined,
    private readonly publisher: Publisher,
    private readonly store: EmbeddedStateStore,
    readonly partition: Partition,
    readonly rules: RuleActivation,
    private readonly board: OutcomeBoard,
    readonly forgetting: EmbeddedForgetting,
    readonly cases: EmbeddedCases,
  ) {
    const {clock} = options
    this.ruleProposals = new FourEyes(new EmbeddedProposalStore(database, audit, RULE_PROPOSAL), rules, clock)
    this.alertFeed = alertFeed(partition.publishedUpTo)
    this.timelines = new KeyTimeline(
      store,
      () => PARTITION,
      () => partition.bundle.streams,
    )
    this.models = new ModelDesk({
      config: options.config,
      features: () => partition.bundle.features.schema,
      deciding: () => options.scorer?.version,
      evidence: (version) => this.learning.evidence(version),
      ...{audit, clock},
    })
    this.learning = new LearningDesk({
      ...{config: options.config, database, audit, clock, models: this.models, counted: metrics.learning},
      schema: () => partition.bundle.features.schema,
      onReport: options.onRetrained,
    })
    this.modelProposals = new ModelFourEyes(
      new EmbeddedProposalStore(database, audit, MODEL_PROPOSAL),
      this.models,
      clock,
    )
    this.backtests = new BacktestDesk({
      ...{config: options.config, log, clock, program: options.program},
      partition: PARTITION,
      content: () => rules.content(),
    })
    this.triage = new AlertTriage(database, audit, clock)
    this.idempotencyKeys = new EmbeddedIdempotencyKeys(database, clock)
    this.decisions = new DecisionDesk({
      bundle: () => partition.bundle,
      submit: (stream, inputs) => this.submit(stream, inputs),
      published: (transactionId, userId) => readModel.decision(transactionId, userId),
      clock,
    })
  }

  /** Opens the data directory and goes on where the last process stopped. Rejects if another process has it open. */
  static async start(options: EmbeddedServiceOptions): Promise<EmbeddedService> {
    const {folder, config, dataDir, clock} = options
    const database = await EmbeddedDatabase.open(dataDir)
    const tracing = await tracingOf(config)
    let service: EmbeddedService | undefined
    try {
      const log = await EmbeddedEventLog.open(database, {clock})
      const store = new EmbeddedStateStore(database)
      const bundles = new KeptBundles(new EmbeddedBundleStore(database))
      const bundleOf = (id: string | undefined) => bundles.inForceAt(id, folder)
      const audit = await AuditTrail.open(database, clock)
      const readModel = new EmbeddedReadModel(database, audit)
      const metrics: Metrics = new Metrics({
        partitions: () => [partitionReading(partition, log.end - partition.offset)],
        webhookBacklog: () => webhooks.backlog(),
        trained: () => options.scorer?.trained,
        clock,
      })
      const webhookStore = await EmbeddedWebhookStore.open(database, audit)
      const forgetting = new EmbeddedForgetting({
        ...{database, log, webhooks: webhookStore, audit, clock},
        bundle: () => partition.bundle,
        onFailure: (error) => service?.fail(error),
      })
      const cases = await EmbeddedCases.open({
        ...{config, database, audit, log, readModel, decisions: readModel, clock},
        partition: PARTITION,
        settled: (offsets) => board.claim(offsets),
        lists: () => ({rules, timelines: (service as EmbeddedService).timelines}),
        metrics,
        publishCases: (records) => webhooks.feed.publishCases(records),
      })
      const webhooks = webhooksOf(config, {
        store: webhookStore,
        onAttempt: (delivery, outcome) => metrics.webhooks.observe(delivery, outcome),
        onFailure: (error) => options.onWebhookFailure?.(error),
        trace: tracing?.attempt,
        clock,
      })
      const publisher = metrics.outbox.watched(
        publishedTo([readModel, cases, webhooks.feed, forgetting.erasure]),
      )
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
      const board = new OutcomeBoard(log.end)
      service = new EmbeddedService(
        options,
        database,
        log,
        readModel,
        audit,
        webhooks,
        metrics,
        tracing,
        publisher,
        store,
        partition,
        rules,
        board,
        forgetting,
        cases,
      )
      service.run()
      forgetting.begin()
      await webhooks.start()
      return service
    } catch (error) {
      await database.close()
      await tracing?.stop()
      throw error
    }
  }

  async submit(stream: string, inputs: readonly Uint8Array[]): Promise<readonly SubmitResult[]> {
    const arrivedAt = this.options.clock.now()
    const arrivals = inputs.map((bytes) => ({stream, bytes, arrivedAt}))
    const fates = await this.append(arrivals).catch((error: Error) => {
      throw error instanceof IntakeOverloadedError ? new IntakeSaturatedError() : error
    })
    return fates.map(toSubmitResult)
  }

  /** Puts inputs on the log and resolves when all of them are durable, processed and published. */
  async append(arrivals: readonly Arrival[]): Promise<readonly RecordFate[]> {
    if (this.failure !== undefined) throw this.failure
    const offsets = await this.log.append(
      PARTITION,
      arrivals.map((arrival) => this.toRecord(arrival)),
    )
    return this.board.claim(offsets)
  }

  private toRecord({stream: named, bytes, arrivedAt, attempt}: Arrival): IntakeRecord {
    // That stream is not for inputs: one that names it names none.
    const stream = isReserved(named) ? undefined : named
    const refusal = screen(stream, bytes, decoderOf(this.partition.bundle))
    const traceparent = this.tracing?.current()
    const kept = refusal === undefined ? bytes : undefined
    return {stream, bytes: kept, refusal, ingestedAt: arrivedAt, attempt, traceparent}
  }

  /** Offset of the next input: how many were ever put on the log. */
  get logEnd(): number {
    return this.log.end
  }

  get saturated(): boolean {
    return this.log.end - this.partition.offset > SATURATED_AT
  }

  /** The windows of a user, card (with its user), merchant, device or address, as the model would see them now. */
  featuresNow(name: EntityName): Promise<EntityFeatures | undefined> {
    const {clock} = this.options
    return featuresNow(name, clock.now() as number as EventTime, this.partition, this.store)
  }

  live(): boolean {
    return this.failure === undefined
  }

  ready(): {ready: boolean; reasons: string[]} {
    if (this.failure !== undefined) return {ready: false, reasons: [`stopped: ${this.failure.message}`]}
    const behind = this.log.end - this.partition.offset
    return behind > SATURATED_AT
      ? {ready: false, reasons: [`catching up: ${behind} inputs behind`]}
      : {ready: true, reasons: []}
  }

  ledger(): LedgerReport {
    const total: Ledger = {}
    addLedger(total, this.partition.ledger)
    const {watermark} = this.partition
    return {
      partitions: [
        {
          partition: PARTITION,
          watermark: Number.isFinite(watermark) ? formatTime(watermark) : null,
          accounts: structuredClone(this.partition.ledger),
        },
      ],
      total,
      balanced: unbalanced(total).length === 0,
    }
  }

  settledUpTo(): EventTime {
    return this.partition.settledUpTo
  }

  /** Takes no more input, finishes the batch under way and closes the data directory. */
  async stop(): Promise<void> {
    clearInterval(this.housekeeping)
    this.backtests.stop()
    this.log.stop()
    await this.ended
    this.running?.unsubscribe()
    await this.webhooks.stop()
    await this.learning.stop()
    await this.forgetting.stop()
    await this.database.close()
    await this.tracing?.stop()
  }

  private run(): void {
    const {clock, onBatch} = this.options
    const {log, tracing, store, publisher, partition} = this
    const batches = scoring({
      source: tracing?.watched(log) ?? log,
      store,
      publisher,
      clock,
      partitionOf: () => partition,
      bundleOf: (id) => this.rules.prepared(id),
      scorer: this.options.scorer,
      watch: this.decisions,
      tracing,
      ruleWatch: this.metrics.rules,
    })
    this.ended = new Promise((resolve) => {
      this.running = batches.subscribe({
        next: (batch) => {
          this.board.post(batch)
          const {outbox} = batch.commit
          if (outbox !== undefined) this.alertFeed.publish(outbox.sequence, outbox.alerts)
          this.rules.observe(batch)
          this.forgetting.observe(batch, this.alertFeed)
          this.cases.observe(batch)
          this.learning.observe(batch)
          this.metrics.observe(batch)
          this.tracing?.published(batch)
          onBatch?.(batch)
        },
        error: (error: Error) => {
          this.fail(error)
          resolve()
        },
        complete: () => {
          this.forgetting.fail(
            new Error('the service is stopping; what is on the log is done with the next start'),
          )
          this.cases.fail(new Error('the service is stopping; what is on the log counts with the next start'))
          this.board.fail(new Error('the service is stopping; send the input again'))
          this.rules.fail(
            new Error('the service is stopping; what is on the log comes into force with the next start'),
          )
          resolve()
        },
      })
    })
    this.housekeeping = setInterval(
      () => this.keepHouse().catch((error: Error) => this.fail(error)),
      HOUSEKEEPING_EVERY_MS,
    )
    this.housekeeping.unref()
  }

  private fail(error: Error): void {
    this.failure = error
    this.metrics.observeFailure(error)
    this.tracing?.failed(error, PARTITION)
    this.board.fail(error)
    this.rules.fail(error)
    this.forgetting.fail(error)
    this.cases.fail(error)
    this.options.onFailure(error)
  }

  /** Drops what is older than its retention from the log and the read model. */
  private async keepHouse(): Promise<void> {
    await this.log.expire(this.partition.offset, this.options.clock.now())
    await this.webhooks.expire()
    await this.idempotencyKeys.expire()
    await expireRecords(this.readModel, this.options.config.retention)
    await this.cases.expire()
  }
}
