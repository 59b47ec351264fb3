import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, describe, expect, test, vi} from 'vitest'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import {ApiScene, type SceneOptions} from './support/api-scene.js'
import {expectJudged, send, traffic} from './support/judged.js'

/* Inputs that are not what they should be, sent to the whole service. */

const HOUR_MS = 3_600_000

/** Nobody confirms a payment. */
const UNCONFIRMED = `schema: tripline/rule/v1
id: unconfirmed
version: 1
title: A payment without a sign of life after it
key: user_id
severity: low
action: review
score: 20
match:
  sequence:
    within: 2s
    steps:
      - {as: pay, stream: transactions, when: 'pay.amount > 100.0'}
      - {absent: fix, stream: locations}
`

let scene: ApiScene | undefined

afterEach(async () => {
  vi.restoreAllMocks()
  await scene?.end()
  scene = undefined
})

async function begin(settings: SceneOptions['settings'] = {}, options: SceneOptions = {}): Promise<ApiScene> {
  scene = await ApiScene.begin({...options, settings: {'event_time.allowed_lateness': '1d', ...settings}})
  return scene
}

function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const random = new SeededRandom(seed, 'arrivals')
  const left = [...items]
  return items.map(() => left.splice(random.below(left.length), 1)[0] as T)
}

test('every input three times, shuffled, counts once', async () => {
  const service = await begin()
  const meant = traffic(Date.now())
  const transactions = meant.filter(({stream}) => stream === 'transactions').length
  await send(service, shuffled([...meant, ...meant, ...meant], 8))
  const account = {in: 3 * transactions, accepted: transactions, duplicate: 2 * transactions}
  await expectJudged(service, meant, {transactions: account as never})
}, 60_000)

test('poison in between stops nothing and changes nothing: each is one dead letter', async () => {
  const service = await begin()
  const meant = traffic(Date.now(), 30)
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
  const common = `"user_id":"u1","event_time":${Date.now()}`
  const poison = [
    '{"transaction_id":',
    `{"transaction_id":"p1",${common},"amount":NaN}`,
    `{"transaction_id":"p2",${common},"amount":"12"}`,
    `{"transaction_id":"p3",${common},"amount":1,"deep":${deep}}`,
    `{"transaction_id":"p4",${common},"amount":1,"note":"${'x'.repeat(300_000)}"}`,
    `{"transaction_id":{"__proto__":{"polluted":true}},${common},"amount":1}`,
    '"just text"',
    'null',
    '\u0000\ufffd',
  ]
  for (const [i, line] of meant.entries()) {
    await send(service, [line])
    const body = poison[i % poison.length] as string
    if (i < poison.length)
      await service.ask('POST /v1/events/transactions', {
        ...{as: 'shop', body},
        headers: {'content-type': 'application/x-ndjson'},
      })
  }
  const huge = await service.ask('POST /v1/events/transactions', {
    ...{as: 'shop', body: `{"note":"${'x'.repeat(11_000_000)}"}`},
  })
  expect(huge.status).toBe(413)
  expect(({} as {polluted?: boolean}).polluted).toBeUndefined()
  await expectJudged(service, meant, {transactions: {dead_lettered: poison.length} as never})
}, 60_000)

describe('clocks an hour off', () => {
  test.each([1, -1])(
    'of the service, by %i h in the middle: nothing honest is lost',
    async (hours) => {
      const service = await begin({'event_time.max_future_skew': '2h'}, {withoutKeys: true})
      const meant = traffic(Date.now() - HOUR_MS, 40)
      await send(service, meant.slice(0, 20))
      const real = Date.now
      await service.stop()
      vi.spyOn(Date, 'now').mockImplementation(() => real() + hours * HOUR_MS)
      await service.start()
      await send(service, meant.slice(20))
      await expectJudged(service, meant)
    },
    60_000,
  )

  test('of a producer, ahead: its event is a dead letter, and the next honest one is on time', async () => {
    const service = await begin({'event_time.allowed_lateness': '10m'})
    const now = Date.now()
    const honest = {transaction_id: 'now', user_id: 'u1', amount: 2_000, event_time: now}
    const ahead = {...honest, transaction_id: 'ahead', event_time: now + HOUR_MS}
    const {body} = await service.send(ahead, honest)
    expect(body.results).toMatchObject([
      {status: 'dead_lettered', code: 'future_event_time'},
      {status: 'accepted'},
    ])
    await expectJudged(service, [{stream: 'transactions', event: honest}])
  }, 60_000)
})

test('an input to which nothing comes does not hold back what waits for a deadline', async () => {
  const service = await begin({'event_time.idle_timeout': '1s'})
  await writeFile(join(service.folder, 'cep-rules/rules/unconfirmed.yaml'), UNCONFIRMED)
  await service.restart()
  const event = {transaction_id: 'quiet', user_id: 'u1', amount: 150, event_time: Date.now()}
  // No location ever comes, and nothing after it.
  await send(service, [{stream: 'transactions', event}])
  await expectJudged(service, [{stream: 'transactions', event}])
}, 60_000)
