import type {FastifyInstance} from 'fastify'
import {onTestFinished} from 'vitest'
import {type AlertFeed, alertFeed} from '../../../../src/adapters/http/alert-feed.js'
import {
  createHttpServer,
  type HttpServerOptions,
  type HttpServices,
} from '../../../../src/adapters/http/http-server.js'
import type {IntakeService, SubmitResult} from '../../../../src/adapters/http/intake-service.js'
import {
  type ActivationReport,
  type ActivationRequest,
  RulesRefusedError,
  type RulesService,
  type RunningRules,
  UnknownBundleError,
} from '../../../../src/adapters/http/rules-service.js'
import type {LedgerReport} from '../../../../src/adapters/http/status-service.js'
import type {AlertRecord} from '../../../../src/core/decision/records.js'
import {
  type AlertFilter,
  type AlertView,
  InvalidCursorError,
  type Page,
} from '../../../../src/engine/port/read-model.js'
import {webhookRun} from '../../../support/webhook/webhook-run.js'

/** Remembers what it was given; refuses events that are not JSON, as the real one does. */
export class FakeIntake implements IntakeService {
  saturated = false
  failure: Error | undefined
  readonly submitted: {stream: string; events: string[]}[] = []

  async submit(stream: string, inputs: readonly Uint8Array[]): Promise<readonly SubmitResult[]> {
    if (this.failure !== undefined) throw this.failure
    const events = inputs.map((input) => Buffer.from(input).toString())
    this.submitted.push({stream, events})
    return events.map((event) => resultOf(event))
  }
}

function resultOf(event: string): SubmitResult {
  try {
    JSON.parse(event)
    return {status: 'accepted'}
  } catch {
    return {status: 'dead_lettered', code: 'bad_json', detail: 'not JSON'}
  }
}

/** Holds alerts, filters by nothing, and remembers what it was asked. */
export class FakeAlerts {
  readonly views: AlertView[] = []
  readonly asked: {filter: AlertFilter; limit: number; cursor: string | undefined}[] = []
  failure: Error | undefined

  async alerts(filter: AlertFilter, limit: number, cursor: string | undefined): Promise<Page<AlertView>> {
    this.asked.push({filter, limit, cursor})
    if (this.failure !== undefined) throw this.failure
    if (cursor !== undefined && !/^\d+$/.test(cursor)) throw new InvalidCursorError()
    const start = Number(cursor ?? 0)
    const end = start + limit
    return {items: this.views.slice(start, end), cursor: end < this.views.length ? String(end) : undefined}
  }

  async decision(): Promise<undefined> {}

  async verdict(): Promise<undefined> {}

  async alert(id: string): Promise<AlertView | undefined> {
    return this.views.find(({alert}) => alert.alert_id === id)
  }
}

export class FakeStatus {
  alive = true
  unreadyBecause: string[] = []
  report: LedgerReport = {partitions: [], total: {}, balanced: true}

  live(): boolean {
    return this.alive
  }

  ready(): {ready: boolean; reasons: string[]} {
    return {ready: this.unreadyBecause.length === 0, reasons: this.unreadyBecause}
  }

  ledger(): LedgerReport {
    return this.report
  }
}

/** Runs one rule, and activates what it is told to, unless there are faults. */
export class FakeRules implements RulesService {
  readonly asked: ActivationRequest[] = []
  faults: readonly string[] = []
  known: readonly string[] = []
  report: ActivationReport = {
    bundle: 'b'.repeat(32),
    previous: 'a'.repeat(32),
    activated_at: '2026-01-01T00:00:00.000Z',
    added: [],
    changed: [],
    removed: [],
    backfilled: [],
  }

  running(): RunningRules {
    const counts = {alerts: 1, suppressed: 2, missing_input: 3, truncated: 0}
    const rule = {id: 'geo-jump', version: 3, mode: 'live', since: null, exact_from: null, counts} as const
    return {bundle: this.report.bundle, activated_at: null, backfilling: [], rules: [rule], refused: null}
  }

  async activate(request: ActivationRequest): Promise<ActivationReport> {
    this.asked.push(request)
    if (this.faults.length > 0) throw new RulesRefusedError(this.faults)
    if (request.bundle !== undefined && !this.known.includes(request.bundle))
      throw new UnknownBundleError(request.bundle, this.known)
    return this.report
  }
}

export interface FakeServices extends HttpServices {
  readonly intake: FakeIntake
  readonly status: FakeStatus
  readonly alerts: FakeAlerts
  readonly rules: FakeRules
  readonly alertFeed: AlertFeed
}

/** A server over fakes, closed when the test is over. */
export function fakeServer(
  options: Partial<HttpServerOptions> & {readonly settledUpTo?: number} = {},
): FakeServices & {readonly app: FastifyInstance} {
  const {settledUpTo = Number.NEGATIVE_INFINITY, ...rest} = options
  const services = {
    streams: () =>
      new Map([
        ['transactions', {}],
        ['locations', {}],
      ]),
    intake: new FakeIntake(),
    decisions: {decide: () => Promise.reject(new Error('no decisions here'))},
    idempotencyKeys: {claim: async () => true},
    status: new FakeStatus(),
    alerts: new FakeAlerts(),
    rules: new FakeRules(),
    webhooks: webhookRun().webhooks,
    metrics: {http: {observe: () => undefined}, expose: async () => ({contentType: 'text/plain', text: ''})},
    timelines: {events: async () => []},
    alertFeed: alertFeed(0),
    triage: {assign: async () => undefined, note: async () => undefined},
    audit: {records: async () => ({items: [], cursor: undefined})},
    settledUpTo: () => settledUpTo,
  }
  const app = createHttpServer(services, {bodyLimit: 1024 * 1024, ...rest})
  onTestFinished(() => app.close())
  return {...services, app}
}

/** The same server, listening on a port of its own. */
export async function listeningServer(
  options: Partial<HttpServerOptions> = {},
): Promise<FakeServices & {readonly app: FastifyInstance; readonly port: number; readonly url: string}> {
  const server = fakeServer(options)
  const url = await server.app.listen({host: '127.0.0.1', port: 0})
  return {...server, url, port: Number(new URL(url).port)}
}

export function alertRecord(number: number, changes: Partial<AlertRecord> = {}): AlertRecord {
  return {
    type: 'alert.opened',
    alert_id: number.toString(16).padStart(32, '0'),
    revision: 0,
    rule: {id: 'geo-jump', version: 1},
    mode: 'live',
    severity: 'high',
    action: 'review',
    score: 80,
    key: {name: 'user_id', value: 'u1'},
    anchor: {stream: 'transactions', id: `t${number}`},
    event_time: '2026-01-01T00:00:00.000Z',
    detected_at: '2026-01-01T00:00:01.000Z',
    events: [],
    reason: 'far away',
    clauses: [],
    flips: [],
    late: false,
    truncated: false,
    settled: false,
    bundle: 'b1',
    ...changes,
  }
}
