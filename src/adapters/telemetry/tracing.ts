import {context, type Span, SpanKind, SpanStatusCode, type Tracer, trace} from '@opentelemetry/api'
import {NodeSDK, tracing} from '@opentelemetry/sdk-node'
import type {FastifyInstance} from 'fastify'
import {alertEventId} from '../../core/decision/cloud-event.js'
import type {CommittedBatch, MatchedBatch} from '../../engine/operator/batch.js'
import type {EventIntake} from '../../engine/port/event-intake.js'
import type {EventSource} from '../../engine/port/event-source.js'
import type {AlertTraces} from '../../engine/port/state-store.js'
import type {BatchTracing, CausedAlert} from '../../engine/port/telemetry.js'
import type {DeliveryAttempt, WebhookDelivery} from '../../engine/port/webhook-store.js'
import {ALERT_ID, alertSampler} from './alert-sampler.js'
import {type ExporterOptions, spanExporter} from './span-exporter.js'
import {contextOf, currentTraceparent, formatTraceparent, parseTraceparent} from './trace-context.js'
import {traceRequests} from './trace-requests.js'

export interface TracingOptions extends ExporterOptions {
  /** Share of new traces that is kept, from 0 to 1. Alerts are always. */
  readonly sample: number
  readonly namespace: string
  readonly version: string
}

/** A batch names no more of the traces that it holds. */
const LINKS_PER_BATCH = 128

/** Spans of requests, batches, alerts and webhooks. There is one in a process, and none where nothing is exported. */
export class Tracing implements BatchTracing {
  /** When the batch of a partition that is under way was read. */
  private readonly begun = new Map<number, number>()
  /** The spans of batches that are decided and not yet published. */
  private readonly open = new Map<number, Span>()

  private constructor(
    private readonly sdk: NodeSDK,
    readonly tracer: Tracer,
  ) {}

  static async start({sample, namespace, version, ...exporter}: TracingOptions): Promise<Tracing> {
    const sdk = new NodeSDK({
      serviceName: 'tripline',
      // What is found out about the process by itself holds its arguments and its user.
      autoDetectResources: false,
      sampler: alertSampler(sample),
      spanProcessors: [new tracing.BatchSpanProcessor(await spanExporter(exporter))],
      metricReaders: [],
      logRecordProcessors: [],
      instrumentations: [],
    })
    sdk.start()
    return new Tracing(sdk, trace.getTracer(`tripline.${namespace}`, version))
  }

  /** Sends what is waiting, as far as it can be sent. */
  async stop(): Promise<void> {
    await this.sdk.shutdown().catch(() => undefined)
    trace.disable()
    context.disable()
  }

  /** Makes a server trace its requests. */
  readonly instrument = (app: FastifyInstance): void => traceRequests(app, this.tracer)

  /** The `traceparent` of the request that is being answered. */
  readonly current = currentTraceparent

  /** The same source; when each of its batches came is remembered. */
  watched(source: EventSource): EventSource {
    const before = source.before?.bind(source)
    return {
      partitions: () => source.partitions(),
      seek: (partition, offset, positions) => source.seek(partition, offset, positions),
      ...(before === undefined ? {} : {before}),
      next: async () => {
        const batch = await source.next()
        if (batch !== undefined) this.begun.set(batch.partition, Date.now())
        return batch
      },
    }
  }

  decided(batch: MatchedBatch, alerts: readonly CausedAlert[]): AlertTraces | undefined {
    const {input, partition} = batch
    if (input.records.length === 0 && alerts.length === 0) return undefined
    const span = this.batchSpan(batch)
    this.open.set(partition.number, span)
    const traces = alerts.map(
      (caused) => [alertEventId(caused.alert), this.alertTrace(caused, span)] as const,
    )
    return traces.length === 0 ? undefined : Object.fromEntries(traces)
  }

  private batchSpan({input, accepted, partition}: MatchedBatch): Span {
    const sampled = new Set<string>()
    for (const {traceparent} of input.records) {
      if (sampled.size === LINKS_PER_BATCH) break
      if (traceparent?.endsWith('-01')) sampled.add(traceparent)
    }
    const links = [...sampled].flatMap((text) => {
      const linked = parseTraceparent(text)
      return linked === undefined ? [] : [{context: linked}]
    })
    const attributes = {
      'tripline.partition': partition.number,
      'tripline.offset': input.nextOffset,
      'tripline.records': input.records.length,
      'tripline.accepted': accepted.length,
      'tripline.bundle': partition.bundle.id,
    }
    const startTime = this.begun.get(partition.number) ?? Date.now()
    return this.tracer.startSpan(
      'batch',
      {kind: SpanKind.CONSUMER, startTime, links, attributes},
      contextOf(undefined),
    )
  }

  /** An alert belongs to the trace of the event that brought it, from its arrival on; else to that of its batch. */
  private alertTrace({alert, cause}: CausedAlert, batch: Span): string {
    const parent = cause?.traceparent ?? formatTraceparent(batch.spanContext())
    const attributes = {
      [ALERT_ID]: alert.alert_id,
      'tripline.alert.type': alert.type,
      'tripline.alert.revision': alert.revision,
      'tripline.alert.severity': alert.severity,
      'tripline.rule': alert.rule.id,
    }
    const links = [{context: batch.spanContext()}]
    const startTime = cause?.ingestedAt ?? Date.now()
    const span = this.tracer.startSpan('decide', {startTime, links, attributes}, contextOf(parent))
    span.end()
    return formatTraceparent(span.spanContext())
  }

  /** A batch was published. */
  published({partition, decisions, alerts, deadLetters}: CommittedBatch): void {
    const span = this.open.get(partition.number)
    if (span === undefined) return
    this.open.delete(partition.number)
    span.setAttribute('tripline.decisions', decisions.length)
    span.setAttribute('tripline.alerts', alerts.length)
    span.setAttribute('tripline.dead_letters', deadLetters.length)
    span.end()
  }

  /** The pipeline of a partition failed: what it had under way was not published. */
  failed({message}: Error, partition: number): void {
    this.open.get(partition)?.setStatus({code: SpanStatusCode.ERROR, message}).end()
    this.open.delete(partition)
  }

  /** An intake whose records tell of the request that is being answered. */
  traced(intake: EventIntake): EventIntake {
    return {
      append: (partition, records) => {
        const traceparent = this.current()
        return intake.append(
          partition,
          traceparent === undefined ? records : records.map((record) => ({...record, traceparent})),
        )
      },
    }
  }

  /** One attempt to deliver a message, in the trace of what the message tells of. */
  readonly attempt = async <T extends DeliveryAttempt>(
    {traceparent, subscription, id}: WebhookDelivery,
    run: (traceparent: string) => Promise<T>,
  ): Promise<T> => {
    const attributes = {'tripline.webhook.subscription': subscription, 'tripline.webhook.id': id}
    const options = {kind: SpanKind.CLIENT, attributes}
    const span = this.tracer.startSpan('webhook', options, contextOf(traceparent))
    const outcome = await run(formatTraceparent(span.spanContext()))
    if (outcome.status !== null) span.setAttribute('http.response.status_code', outcome.status)
    if (outcome.error !== null) span.setStatus({code: SpanStatusCode.ERROR, message: outcome.error})
    span.end()
    return outcome
  }
}
