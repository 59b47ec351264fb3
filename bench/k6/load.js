// The load, for k6: transactions in batches, single decisions, reviewers' verdicts and planted frauds, all at constant
// arrival rates (open loop). Started by bench/k6/run.mjs, which sets the environment.
import {check} from 'k6'
import exec from 'k6/execution'
import http from 'k6/http'
import {Counter} from 'k6/metrics'
import {randomFrom, transaction} from '../traffic.js'

const {BASE_URL, RUN_ID, SUMMARY} = __ENV
const RATE = Number(__ENV.RATE)
const BATCH = Number(__ENV.BATCH)
const DECISIONS = Number(__ENV.DECISIONS)
const FEEDBACK = Number(__ENV.FEEDBACK)
const FRAUDS = Number(__ENV.FRAUDS)
const USERS = Number(__ENV.USERS)
const DURATION = __ENV.DURATION

const sent = new Counter('events_sent')
const accepted = new Counter('events_accepted')
const duplicate = new Counter('events_duplicate')
const late = new Counter('events_late')
const deadLettered = new Counter('events_dead_lettered')
const planted = new Counter('frauds_planted')
const fallbacks = new Counter('decisions_by_fallback')

const COUNT_OF = {accepted, duplicate, late, dead_lettered: deadLettered}

/** Of the transactions in a batch. */
const OUT_OF_ORDER = 0.02
const DUPLICATES = 0.005
const BROKEN = 0.001

export const options = {
  scenarios: scenarios(),
  thresholds: {
    http_req_failed: ['rate==0'],
    dropped_iterations: ['count==0'],
    checks: ['rate==1'],
    'http_req_duration{scenario:ingest}': ['p(99)<1000'],
    ...(DECISIONS > 0 ? {'http_req_duration{scenario:decisions}': ['p(99)<1000']} : {}),
  },
  summaryTrendStats: ['min', 'avg', 'med', 'p(95)', 'p(99)', 'p(99.9)', 'max'],
  discardResponseBodies: false,
}

function scenarios() {
  const at = (rate, name, vus) => ({
    executor: 'constant-arrival-rate',
    exec: name,
    rate,
    timeUnit: '1s',
    duration: DURATION,
    preAllocatedVUs: vus,
    maxVUs: vus,
  })
  const wanted = {ingest: at(Math.round(RATE / BATCH), 'ingest', 200)}
  if (FRAUDS > 0) wanted.frauds = at(FRAUDS, 'fraud', 20)
  if (DECISIONS > 0) wanted.decisions = at(DECISIONS, 'decision', 200)
  if (FEEDBACK > 0) wanted.feedback = at(FEEDBACK, 'verdict', 20)
  return wanted
}

export function ingest() {
  const number = exec.scenario.iterationInTest
  const random = randomFrom(number)
  const events = []
  for (let i = 0; i < BATCH; i++) {
    const event = payment(`${RUN_ID}-${number}-${i}`, random)
    events.push(event)
    const fate = random()
    if (fate < DUPLICATES && events.length < BATCH) {
      events.push(event)
      i++
    } else if (fate < DUPLICATES + BROKEN) delete event.amount
  }
  send('transactions', events)
}

/** The founding rule's fraud: far away within minutes, then a large purchase. */
export function fraud() {
  const number = exec.scenario.iterationInTest
  const user = `${RUN_ID}-victim-${number}`
  const now = Date.now()
  const fixes = [
    {location_id: `${user}-home`, user_id: user, lat: 40.71, lon: -74.0, event_time: now - 60_000},
    {location_id: `${user}-away`, user_id: user, lat: 51.5, lon: -0.12, event_time: now - 2_000},
  ]
  if (!send('locations', fixes)) return
  const purchase = {transaction_id: `${user}-purchase`, user_id: user, amount: 7240, event_time: Date.now()}
  if (send('transactions', [purchase])) planted.add(1)
}

export function decision() {
  const number = exec.scenario.iterationInTest
  const random = randomFrom(number + 1_000_000_000)
  const body = JSON.stringify(payment(`${RUN_ID}-decision-${number}`, random))
  const answer = http.post(`${BASE_URL}/v1/decisions`, body, JSON_BODY)
  sent.add(1)
  accepted.add(1)
  const isDecision = check(answer, {'a decision': ({status}) => status === 200})
  if (isDecision && answer.json('degraded').includes('deadline')) fallbacks.add(1)
}

export function verdict() {
  const number = exec.scenario.iterationInTest
  const user = `${RUN_ID}-victim-${number}`
  send('feedback', [
    {
      feedback_id: `${RUN_ID}-feedback-${number}`,
      user_id: user,
      transaction_id: `${user}-purchase`,
      verdict: 'fraud',
      event_time: Date.now(),
    },
  ])
}

const JSON_BODY = {headers: {'content-type': 'application/json'}}

function send(stream, events) {
  const answer = http.post(`${BASE_URL}/v1/events/${stream}`, JSON.stringify(events), JSON_BODY)
  sent.add(events.length)
  if (!check(answer, {'all accounted for': ({status}) => status === 202})) return false
  for (const {status} of answer.json('results')) COUNT_OF[status].add(1)
  return true
}

function payment(id, random) {
  const delay = random() < OUT_OF_ORDER ? Math.floor(random() * 4_000) : 0
  return transaction(id, random, USERS, Date.now() - delay)
}

export function handleSummary(data) {
  return {[SUMMARY]: JSON.stringify(data)}
}
