import {afterEach, expect, test, vi} from 'vitest'
import {
  CARD_NUMBER,
  entriesHolding,
  filesHolding,
  holdsCardNumber,
} from '../support/process/card-number-search.js'
import {otlpReceiver} from '../support/telemetry/otlp-receiver.js'
import {openReceiver} from '../support/webhook/receiver.js'
import {ApiScene, type Person} from './support/api-scene.js'

let scene: ApiScene

afterEach(() => scene.removeFolder())

/** Every text field of every stream, and one that nobody declared. */
const FIELDS = {
  transactions: [
    ...[
      'transaction_id',
      'user_id',
      'type',
      'counterparty_id',
      'card_id',
      'merchant_id',
      'currency',
      'channel',
    ],
    ...['mcc', 'country', 'device_id', 'ip', 'auth_result', 'memo', 'amount', 'lat', 'event_time'],
  ],
  locations: ['location_id', 'user_id', 'source', 'accuracy_m', 'lat', 'event_time', 'memo'],
  merchants: ['merchant_id', 'name', 'mcc', 'country', 'status', 'risk', 'event_time', 'memo'],
  feedback: [
    'feedback_id',
    'user_id',
    'verdict',
    'transaction_id',
    'alert_id',
    'reviewer',
    'note',
    'source',
    'memo',
  ],
} as const

function good(stream: keyof typeof FIELDS, i: number): {readonly [field: string]: unknown} {
  const event_time = Date.now()
  if (stream === 'transactions') return {transaction_id: `t${i}`, user_id: 'u1', amount: 1, event_time}
  if (stream === 'locations') return {user_id: 'u1', lat: 1, lon: 1, event_time}
  if (stream === 'merchants') return {merchant_id: `m${i}`, event_time}
  return {feedback_id: `f${i}`, user_id: 'u1', verdict: 'fraud', transaction_id: 't0', event_time}
}

test('a card number in any field of any stream, or in what people write, is kept and told nowhere', async () => {
  const otlp = await otlpReceiver()
  const target = await openReceiver()
  scene = await ApiScene.begin({
    settings: {
      'webhooks.allow_http_loopback': true,
      'telemetry.exporter': 'otlp',
      'telemetry.endpoint': otlp.endpoint,
      'telemetry.sample': 1,
    },
  })
  const answers: string[] = []
  const ask = async (route: string, as: Person, body?: unknown, headers = {}) => {
    const {body: answered, status} = await scene.ask(route, {as, body, headers})
    answers.push(JSON.stringify(answered))
    return {status, body: answered}
  }
  await ask('POST /v1/webhooks', 'lea', {url: target.url})
  await scene.send({transaction_id: 'real', user_id: 'u1', amount: 2_000})
  await vi.waitFor(() => expect(target.received).toHaveLength(1))
  const alert = `/v1/alerts/${await scene.alertOn('real')}`

  let planted = 0
  for (const [stream, fields] of Object.entries(FIELDS))
    for (const [i, field] of fields.entries())
      for (const value of [CARD_NUMBER, Number(CARD_NUMBER), [{deep: CARD_NUMBER}]]) {
        const event = {...good(stream as keyof typeof FIELDS, i), [field]: value}
        const {body} = await ask(`POST /v1/events/${stream}`, 'shop', event)
        expect(body.results[0], `${stream} ${field}`).toMatchObject({status: 'dead_lettered'})
        planted++
      }
  const payment = {...good('transactions', 99), card_id: CARD_NUMBER}
  expect((await ask('POST /v1/decisions', 'shop', payment)).status).toBe(422)
  const refused: readonly [route: string, as: Person, body: unknown][] = [
    [`POST ${alert}/notes`, 'ana', {text: `paid with ${CARD_NUMBER}`}],
    [`POST ${alert}/assign`, 'ana', {assignee: CARD_NUMBER}],
    [`POST ${alert}/feedback`, 'ana', {verdict: 'fraud', note: CARD_NUMBER}],
    [`POST ${alert}/feedback`, 'ana', {verdict: 'fraud', feedback_id: CARD_NUMBER}],
    ['POST /v1/feedback', 'shop', {transaction_id: CARD_NUMBER, verdict: 'fraud', source: 'chargeback'}],
    ['POST /v1/webhooks', 'lea', {url: `https://receiver.example/${CARD_NUMBER}`}],
  ]
  for (const [route, as, body] of refused) {
    const {status, body: answered} = await ask(route, as, body)
    const isRefused = status >= 400 || answered.results?.[0]?.status === 'dead_lettered'
    expect(isRefused, `${route} ${status} ${JSON.stringify(answered)}`).toBe(true)
  }
  for (const path of [
    `users/${CARD_NUMBER}`,
    `alerts?user=${CARD_NUMBER}`,
    `features/user/${CARD_NUMBER}`,
    'audit',
    'ledger',
  ])
    await ask(`GET /v1/${path}`, 'adam')
  await ask('GET /v1/alerts', 'ana', undefined, {'x-note': CARD_NUMBER})
  answers.push((await scene.ask('GET /metrics', {as: 'adam'})).body)

  await scene.stop()
  await otlp.close()
  await target.close()
  expect(planted).toBeGreaterThan(100)
  expect(otlp.spans.length).toBeGreaterThan(50)
  const told = [...answers, ...scene.logged, otlp.text(), ...target.received.map(({body}) => body)]
  expect(told.filter(holdsCardNumber)).toEqual([])
  expect(await filesHolding(scene.config.dataDir, holdsCardNumber)).toEqual([])
  expect(await entriesHolding(scene.config.dataDir, holdsCardNumber)).toEqual([])
}, 60_000)
