import {afterAll, beforeAll, expect, test} from 'vitest'
import {samplesOf} from '../support/telemetry/samples.js'
import {ApiScene} from './support/api-scene.js'

/** What whoever watches the service must be able to see, and where. */
const NEEDED = {
  'from an event to its decision': 'tripline_event_to_decision_seconds',
  'from an event to its alert': 'tripline_event_to_alert_seconds',
  'how far event time is behind': 'tripline_watermark_lag_seconds',
  'how far reading is behind, in inputs': 'tripline_unread_inputs',
  'how far reading is behind, in seconds': 'tripline_unread_seconds',
  'the ledger': 'tripline_inputs',
  'what became of inputs, late ones included': 'tripline_input_fates',
  'hits of rules': 'tripline_rule_hits',
  'time that rules take': 'tripline_rule_evaluation_seconds',
  'time that rules take, per event': 'tripline_rule_evaluation_event_seconds',
  'conditions that met a missing value': 'tripline_rule_missing_inputs',
  'the age of features': 'tripline_feature_age_seconds',
  'distribution of scores': 'tripline_decision_score',
  'drift of scores': 'tripline_score_psi',
  'drift of features': 'tripline_feature_psi',
  'degraded decisions': 'tripline_decisions_degraded',
  'commits that were refused': 'tripline_commits_fenced',
  'the age of the outbox': 'tripline_outbox_age_seconds',
  'dead letters': 'tripline_dead_letters',
  'messages that wait for subscribers': 'tripline_webhook_backlog',
}

let scene: ApiScene

beforeAll(async () => {
  scene = await ApiScene.begin()
})
afterAll(() => scene.end())

const scrape = async () => (await scene.ask('GET /metrics', {as: 'adam'})).body as string

test.each(Object.entries(NEEDED))('%s is shown', async (_, name) => {
  expect(await scrape()).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, 'm'))
})

test('rules are timed once per batch that has events', async () => {
  await scene.send(
    {transaction_id: 't1', user_id: 'u1', amount: 5},
    {transaction_id: 't2', user_id: 'u1', amount: 5},
  )
  const samples = samplesOf(await scrape())
  const batches = samples.value('tripline_rule_evaluation_seconds_count') as number
  expect(batches).toBeGreaterThan(0)
  expect(batches).toBeLessThanOrEqual(2)
  expect(samples.value('tripline_rule_evaluation_event_seconds_count')).toBe(batches)
  const seconds = samples.value('tripline_rule_evaluation_seconds_sum') as number
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThan(5)
})

test('a fallback that is answered counts as degraded', async () => {
  const body = {transaction_id: 'old', user_id: 'u1', amount: 5, event_time: 0}
  await scene.send({transaction_id: 't3', user_id: 'u1', amount: 5})
  const fix = {user_id: 'u1', lat: 1, lon: 1, event_time: Date.now()}
  await scene.ask('POST /v1/events/locations', {as: 'shop', body: fix})
  const {body: answer} = await scene.ask('POST /v1/decisions?deadline_ms=5000', {as: 'shop', body})
  expect(answer.degraded).toContain('late')
  const samples = samplesOf(await scrape())
  expect(samples.value('tripline_decisions_degraded_total', {cause: 'late'})).toBe(1)
})
