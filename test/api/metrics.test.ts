import {afterAll, beforeAll, expect, test, vi} from 'vitest'
import {type Samples, samplesOf} from '../support/telemetry/samples.js'
import {answer, openReceiver, type Receiver} from '../support/webhook/receiver.js'
import {ApiScene} from './support/api-scene.js'

let scene: ApiScene
let target: Receiver
let samples: Samples

/** One of each: a decision of each kind, a duplicate, a late one, a dead letter, alerts, a failing receiver. */
beforeAll(async () => {
  scene = await ApiScene.begin({settings: {'webhooks.allow_http_loopback': true}})
  target = await openReceiver(answer(500))
  const url = target.url
  const {body: webhook} = await scene.ask('POST /v1/webhooks', {as: 'lea', body: {url}})
  const now = Date.now()
  // Both inputs that hold the watermark have brought something.
  const fix = {user_id: 'u1', lat: 1, lon: 1, event_time: now}
  await scene.ask('POST /v1/events/locations', {as: 'shop', body: fix})
  await scene.send({transaction_id: 't1', user_id: 'secret-user', amount: 5, event_time: now})
  await scene.send({transaction_id: 't1', user_id: 'secret-user', amount: 5, event_time: now})
  await scene.send({transaction_id: 't2', user_id: 'u2', amount: 2000, event_time: now})
  await scene.send({transaction_id: 't3', user_id: 'u3', amount: 20_000, event_time: now})
  await scene.send({transaction_id: 't4', user_id: 'u4', amount: 5, currency: 'XXX', event_time: now})
  await scene.send({transaction_id: 't5', user_id: 'u5', amount: 5, event_time: now - 86_400_000 * 2})
  await scene.send({transaction_id: 't6', user_id: 'u6', amount: -1, event_time: now})
  await vi.waitFor(() => expect(target.received).toHaveLength(3))
  await vi.waitFor(async () => {
    const {body} = await scene.ask(`GET /v1/webhooks/${webhook.id}/deliveries`, {as: 'ana'})
    expect(body.items.every(({tries}: {tries: number}) => tries === 1)).toBe(true)
  })
  await scene.ask('GET /v1/alerts/none', {as: 'ana'})
  const {body, headers} = await scene.ask('GET /metrics', {as: 'adam'})
  expect(headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  samples = samplesOf(body)
})
afterAll(async () => {
  await target.close()
  await scene.end()
})

test('latencies from the arrival of an event to its decision, and to its alert', () => {
  expect(samples.value('tripline_event_to_decision_seconds_count')).toBe(4)
  expect(samples.value('tripline_event_to_alert_seconds_count')).toBe(3)
  const sum = samples.value('tripline_event_to_decision_seconds_sum') as number
  expect(sum).toBeGreaterThan(0)
  expect(sum).toBeLessThan(20)
  expect(samples.value('tripline_event_to_decision_seconds_bucket', {le: '+Inf'})).toBe(4)
})

test('every input is accounted for', () => {
  const of = {partition: '0', stream: 'transactions'}
  const fates = ['accepted', 'duplicate', 'late', 'dead_lettered'] as const
  expect(samples.value('tripline_inputs_total', of)).toBe(7)
  expect(fates.map((fate) => samples.value('tripline_input_fates_total', {...of, fate}))).toEqual([
    4, 1, 1, 1,
  ])
  expect(samples.value('tripline_ledger_unbalanced_streams', {partition: '0'})).toBe(0)
  expect(samples.value('tripline_dead_letters_total', {reason: 'bad_schema'})).toBe(1)
  expect(samples.value('tripline_unknown_currencies_total', {partition: '0'})).toBe(1)
})

test('decisions, alerts and rules', () => {
  const decided = (decision: string) =>
    samples.value('tripline_decisions_total', {decision, revised: 'false'})
  expect([decided('approve'), decided('review'), decided('decline')]).toEqual([2, 1, 1])
  expect(samples.value('tripline_decisions_degraded_total', {cause: 'model'})).toBe(4)
  const huge = {rule: 'huge', severity: 'critical', type: 'alert.opened', mode: 'live'}
  expect(samples.value('tripline_alerts_total', huge)).toBe(1)
  expect(samples.value('tripline_rule_hits_total', {rule: 'large'})).toBe(2)
  expect(samples.value('tripline_rule_alerts', {partition: '0', rule: 'large'})).toBe(2)
  expect(samples.value('tripline_rule_missing_inputs_total', {partition: '0', rule: 'large'})).toBe(1)
})

test('how far behind it is', () => {
  const lag = samples.value('tripline_watermark_lag_seconds', {partition: '0'}) as number
  expect(lag).toBeGreaterThan(4)
  expect(lag).toBeLessThan(60)
  expect(samples.value('tripline_unread_inputs', {partition: '0'})).toBe(0)
  expect(samples.value('tripline_unread_seconds', {partition: '0'})).toBe(0)
  expect(samples.value('tripline_outbox_age_seconds')).toBe(0)
})

test('webhooks', () => {
  const [subscription] = samples.labels('tripline_webhook_backlog', 'subscription')
  expect(samples.value('tripline_webhook_backlog', {subscription: subscription as string})).toBe(3)
  const failed = {subscription: subscription as string, outcome: 'http_status'}
  expect(samples.value('tripline_webhook_attempts_total', failed)).toBe(3)
})

test('requests by route, and the process', () => {
  const of = {method: 'GET', route: '/v1/alerts/:id', status: '404'}
  expect(samples.value('tripline_http_request_seconds_count', of)).toBe(1)
  expect(samples.value('process_resident_memory_bytes')).toBeGreaterThan(1e6)
})

test('no id of a person, card, transaction or alert is in it, and it ends as the format demands', async () => {
  const {body} = await scene.ask('GET /metrics', {as: 'adam'})
  expect(body).not.toMatch(/secret-user|"t\d"|"u\d"/)
  expect(body.endsWith('# EOF\n')).toBe(true)
  const alertId = await scene.alertOn('t2')
  expect(body).not.toContain(alertId)
})

test('the ledger goes on after a restart; what was counted since the start begins anew', async () => {
  await scene.restart()
  const {body} = await scene.ask('GET /metrics', {as: 'adam'})
  const again = samplesOf(body)
  expect(again.value('tripline_inputs_total', {partition: '0', stream: 'transactions'})).toBe(7)
  expect(again.value('tripline_event_to_decision_seconds_count')).toBe(0)
})
