import {type Counter, collectDefaultMetrics, Registry, type RegistryContentType} from 'prom-client'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {Clock} from '../../engine/port/clock.js'
import {OffsetMismatchError, StaleEpochError} from '../../engine/port/state-store.js'
import {BatchMetrics} from './batch-metrics.js'
import {HttpMetrics} from './http-metrics.js'
import {counter} from './instruments.js'
import {OutboxMetrics} from './outbox-metrics.js'
import {addStandingMetrics, type PartitionReading} from './standing-metrics.js'
import {WebhookMetrics} from './webhook-metrics.js'

export interface MetricsSources {
  readonly clock: Clock
  /** How each partition stands, asked at every scrape. */
  readonly partitions: () => readonly PartitionReading[]
  /** How many messages wait, by subscription. */
  readonly webhookBacklog: () => Promise<ReadonlyMap<string, number>>
}

/** What /metrics shows. Fed once per batch; what stands somewhere anyway is read when it is asked for. */
export class Metrics {
  readonly http: HttpMetrics
  readonly outbox: OutboxMetrics
  readonly webhooks: WebhookMetrics
  private readonly registry = new Registry()
  private readonly batches: BatchMetrics
  private readonly fenced: Counter<'cause'>

  constructor({clock, partitions, webhookBacklog}: MetricsSources) {
    const {registry} = this
    // The types know no format but the older one.
    ;(registry as Registry<RegistryContentType>).setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    collectDefaultMetrics({register: registry})
    addStandingMetrics(registry, clock, partitions)
    this.batches = new BatchMetrics(registry, clock)
    this.http = new HttpMetrics(registry)
    this.outbox = new OutboxMetrics(registry, clock)
    this.webhooks = new WebhookMetrics(registry, webhookBacklog)
    this.fenced = counter(
      registry,
      'commits_fenced',
      'Commits that were refused: another owner, or another offset.',
      ['cause'],
    )
  }

  /** A batch was published. */
  observe(batch: CommittedBatch): void {
    this.batches.observe(batch)
  }

  /** The pipeline of a partition failed. */
  observeFailure(error: Error): void {
    if (error instanceof StaleEpochError) this.fenced.inc({cause: 'stale_epoch'})
    if (error instanceof OffsetMismatchError) this.fenced.inc({cause: 'offset_mismatch'})
  }

  /** All metrics in the OpenMetrics format. */
  async expose(): Promise<{readonly contentType: string; readonly text: string}> {
    return {contentType: this.registry.contentType, text: await this.registry.metrics()}
  }
}
