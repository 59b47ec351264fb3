import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {featuresAnswerSchema} from '../../src/adapters/http/features-route.js'
import {ApiScene, type Person} from './support/api-scene.js'

/** Nothing is about merchants. */
const VIEWS = {users: 'user_id', cards: 'card_id', devices: 'device_id', addresses: 'ip'}
const START = Date.now() - 60_000

let folder: string
let scene: ApiScene

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-views-'))
  for (const [name, entity] of Object.entries(VIEWS))
    await writeFile(
      join(folder, `${name}.yaml`),
      `schema: tripline/feature-view/v1
name: ${name}
entity: ${entity}
windows: [1h]
aggregates:
  - {name: count, fn: count}
  - {name: deviation, fn: stddev, of: tx.amount}
`,
    )
  scene = await ApiScene.begin({settings: {'features.dir': folder}})
  const payment = (user_id: string, amount: number, more: object = {}) => ({
    ...{transaction_id: `${user_id}-${amount}`, user_id, amount, event_time: START, ...more},
  })
  await scene.send(
    payment('ann', 10, {card_id: 'blue', device_id: 'phone', ip: '2001:db8::7'}),
    payment('ann', 30, {card_id: 'blue', merchant_id: 'shop', ip: '203.0.113.9'}),
    payment('a/b', 20, {card_id: 'blue', device_id: 'phone'}),
  )
})
afterAll(async () => {
  await scene.end()
  await rm(folder, {recursive: true})
})

const ask = (path: string, as: Person = 'ana') => scene.ask(`GET /v1/features/${path}`, {as})

describe('features as the model would see them now', () => {
  test('are those of a user, with their time and the features in force', async () => {
    const before = Date.now()
    const {status, body} = await ask('user/ann')
    expect(status).toBe(200)
    expect(featuresAnswerSchema.parse(body)).toMatchObject({
      entity: 'user',
      id: 'ann',
      user_id: null,
      schema: scene.service.parts.partition.bundle.features.schema.hash,
      values: {'users.count_1h': 2, 'users.deviation_1h': 10},
    })
    expect(Date.parse(body.as_of)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(body.as_of)).toBeLessThanOrEqual(Date.now())
  })

  test('are those of a card of one user: another user may have a card of that name', async () => {
    const {body} = await ask('card/blue?user=ann')
    expect(body).toMatchObject({entity: 'card', id: 'blue', user_id: 'ann', values: {'cards.count_1h': 2}})
    expect((await ask('card/blue?user=a%2Fb')).body.values['cards.count_1h']).toBe(1)
  })

  test.each([
    ['device/phone', 'devices.count_1h', 2],
    ['ip/203.0.113.9', 'addresses.count_1h', 1],
    ['ip/2001:db8::7', 'addresses.count_1h', 1],
    ['user/a%2Fb', 'users.count_1h', 1],
  ])('are those of %s', async (path, name, value) => {
    expect((await ask(path)).body.values[name]).toBe(value)
  })

  test('are null where they are missing', async () => {
    await scene.send({transaction_id: 'old', user_id: 'olga', amount: 5, event_time: START - 2 * 3_600_000})
    expect((await ask('user/olga')).body.values).toEqual({'users.count_1h': 0, 'users.deviation_1h': null})
  })

  test('count a transaction as soon as it is accepted', async () => {
    await scene.send({transaction_id: 'first', user_id: 'zoe', amount: 5})
    await scene.send({transaction_id: 'second', user_id: 'zoe', amount: 5})
    expect((await ask('user/zoe')).body.values['users.count_1h']).toBe(2)
  })

  test('are there for the programs that ask for decisions', async () => {
    for (const as of ['shop', 'lea', 'adam'] as const) expect((await ask('user/ann', as)).status).toBe(200)
  })
})

describe('what cannot be looked up is told', () => {
  test.each([
    ['card/blue', 400, 'bad_query', 'user is missing: a card is known under its user; add ?user=<user_id>'],
    ['user/ann?user=ann', 400, 'bad_query', 'user is for cards alone; leave it out'],
    ['card/blue?usr=ann', 400, 'bad_query', 'there is a parameter that is not known; did you mean user?'],
    ['user/nobody', 404, 'unknown_entity', 'no event that its views look at was about this user'],
    ['card/red?user=ann', 404, 'unknown_entity', 'no event that its views look at was about this card'],
    [
      'merchant/shop',
      404,
      'unknown_entity',
      'no feature view in force has entity: merchant_id; views are about user_id, card_id, device_id, ip',
    ],
    [
      'card_id/blue',
      404,
      'unknown_entity',
      'features are those of a user, card, merchant, device, ip; did you mean /v1/features/card/…?',
    ],
    ['toString/x', 404, 'unknown_entity', 'features are those of a user, card, merchant, device, ip'],
  ])('%s', async (path, status, code, detail) => {
    const answer = await ask(path)
    expect([answer.status, answer.body.code, answer.body.detail]).toEqual([status, code, detail])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
  })

  test('also where there are no views at all', async () => {
    const bare = await ApiScene.begin({withoutKeys: true})
    try {
      const {status, body} = await bare.ask('GET /v1/features/user/ann')
      expect([status, body.detail]).toEqual([
        404,
        'no feature view in force has entity: user_id; there are no views',
      ])
    } finally {
      await bare.end()
    }
  })
})
