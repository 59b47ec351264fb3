import {type Counter, collectDefaultMetrics, Registry, type RegistryContentType} from 'prom-client'
import type {TrainedOn} from '../../core/model/drift-watch.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {CasesStanding} from '../../engine/port/case-store.js'
import type {Clock} from '../../engine/port/clock.js'
import {OffsetMismatchError, StaleEpochError} from '../../engine/port/state-store.js'
import {BatchMetrics} from './batch-metrics.js'
import {addCaseMetrics} from './case-metrics.js'
import {addClusterMetrics, type ClusterReading} from './cluster-metrics.js'
import {DriftMetrics} from './drift-metrics.js'
import {addEconomicsMetrics, type EconomicsReader} from './economics-metrics.js'
import {ExchangeMetrics} from './exchange-metrics.js'
import {HttpMetrics} from './http-metrics.js'
import {counter} from './instruments.js'
import {LearningMetrics} from './learning-metrics.js'
import {OutboxMetrics} from './outbox-metrics.js'
import {RuleTiming} from './rule-timing.js'
import {addStandingMetrics, type PartitionReading} from './standing-metrics.js'
import {WebhookMetrics} from './webhook-metrics.js'

export interface MetricsSources {
  readonly clock: Clock
  /** How each partition stands, asked at every scrape. */
  readonly partitions: () => readonly PartitionReading[]
  /** How many messages wait, by subscription. */
  readonly webhookBacklog: () => Promise<ReadonlyMap<string, number>>
  /** The version of the model that is in force, which drift is measured against. */
  readonly trained?: (() => TrainedOn | undefined) | undefined
}

/** What /metrics shows. Fed once per batch; what stands somewhere anyway is read when it is asked for. */
export class Metrics {
  readonly http: HttpMetrics
  readonly outbox: OutboxMetrics
  readonly webhooks: WebhookMetrics
  readonly rules: RuleTiming
  readonly learning: LearningMetrics
  private readonly registry = new Registry()
  private readonly batches: BatchMetrics
  private readonly drift: DriftMetrics
  private readonly exchange: ExchangeMetrics
  private readonly fenced: Counter<'cause'>

  constructor({clock, partitions, webhookBacklog, trained}: MetricsSources) {
    const {registry} = this
    // The types know no format but the older one.
    ;(registry as Registry<RegistryContentType>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    collectDefaultMetrics({register: registry})
    addStandingMetrics(registry, clock, partitions)
    this.batches = new BatchMetrics(registry, clock)
    this.drift = new DriftMetrics(registry, () => trained?.())
    this.exchange = new ExchangeMetrics(registry)
    this.http = new HttpMetrics(registry)
    this.learning = new LearningMetrics(registry)
    this.outbox = new OutboxMetrics(registry, clock)
    this.webhooks = new WebhookMetrics(registry, webhookBacklog)
    this.rules = new RuleTiming(registry)
    this.fenced = counter(
      registry,
      'commits_fenced',
      'Commits that were refused: another owner, or another offset.',
      ['cause'],
    )
  }

  /** A fallback was answered in the place of a decision. */
  readonly observeFallback = (cause: string): void => this.batches.observeFallback(cause)

  /** A batch was published. */
  observe(batch: CommittedBatch): void {
    this.batches.observe(batch)
    this.drift.observe(batch)
    this.exchange.observe(batch)
    this.learning.observe(batch)
  }

  /** The pipeline of a partition failed. */
  observeFailure(error: Error): void {
    if (error instanceof StaleEpochError) this.fenced.inc({cause: 'stale_epoch'})
    if (error instanceof OffsetMismatchError) this.fenced.inc({cause: 'offset_mismatch'})
  }

  /** Adds how many cases wait. */
  watchCases(standing: () => Promise<CasesStanding>): void {
    addCaseMetrics(this.registry, standing)
  }

  /** Adds what the rules are worth. */
  watchEconomics(read: EconomicsReader): void {
    addEconomicsMetrics(this.registry, read)
  }

  /** Adds what only a worker of the cluster profile has. */
  watchCluster(reading: ClusterReading): void {
    addClusterMetrics(this.registry, reading)
  }

  /** All metrics in the OpenMetrics format. */
  async expose(): Promise<{readonly contentType: string; readonly text: string}> {
    return {contentType: this.registry.contentType, text: await this.registry.metrics()}
  }
}
