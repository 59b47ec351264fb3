import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {decisionRecordSchema} from '../../src/core/decision/records.js'
import {ApiScene} from './support/api-scene.js'

let scene: ApiScene

beforeAll(async () => {
  scene = await ApiScene.begin()
})
afterAll(() => scene.end())

interface Options {
  readonly key?: string
  readonly query?: string
}

/** Long enough that a slow machine decides in time. */
const IN_TIME = '?deadline_ms=10000'

const decide = (transaction: unknown, {key, query = IN_TIME}: Options = {}) =>
  scene.ask(`POST /v1/decisions${query}`, {
    as: 'shop',
    body: transaction,
    headers: key === undefined ? {} : {'idempotency-key': key},
  })
const payment = (transaction_id: string, amount: number, more: object = {}) => ({
  transaction_id,
  user_id: 'u1',
  amount,
  event_time: Date.now(),
  ...more,
})
const published = (transactionId: string, userId = 'u1') =>
  scene.service.parts.readModel.decision(transactionId, userId)

describe('a transaction is answered with its decision', () => {
  test.each([
    ['small', 10, 'approve', []],
    ['large', 1500, 'review', ['large']],
    ['huge', 15_000, 'decline', ['huge', 'large']],
  ])('%s', async (id, amount, decision, rules) => {
    const {status, body} = await decide(payment(id, amount))
    expect(status).toBe(200)
    expect(decisionRecordSchema.parse(body)).toMatchObject({transaction_id: id, decision, revision: 0})
    expect(body.rules.map((rule: {id: string}) => rule.id)).toEqual(rules)
    expect(await published(id)).toEqual(body)
  })

  test('sent again, it is answered with the same', async () => {
    const transaction = payment('again', 2000)
    const first = await decide(transaction)
    const both = await Promise.all([decide(transaction), decide(transaction)])
    for (const {body} of both) expect(body).toEqual(first.body)
  })

  test('sent twice at a time, both are answered', async () => {
    const transaction = payment('at-a-time', 2000)
    const [one, other] = await Promise.all([decide(transaction), decide(transaction)])
    expect(one?.body).toEqual(other?.body)
    expect(one?.body.revision).toBe(0)
  })

  test('of two users with one transaction id each gets the own decision', async () => {
    await decide(payment('shared', 15_000, {user_id: 'rich'}))
    const transaction = payment('shared', 10, {user_id: 'poor'})
    await decide(transaction)
    const {body} = await decide(transaction)
    expect(body).toMatchObject({user_id: 'poor', decision: 'approve'})
  })

  test('a later event that changes it is a revision, not another answer', async () => {
    const {body} = await decide(payment('amended', 200))
    expect(body).toMatchObject({decision: 'approve', revision: 0})
    const fix = {user_id: 'u1', lat: -40, lon: 170, event_time: Date.now()}
    await scene.ask('POST /v1/events/locations', {as: 'shop', body: fix})
    expect(await published('amended')).toMatchObject({decision: 'review', revision: 1})
  })
})

describe('at the deadline', () => {
  /** The service has much to do: nothing else is decided within a millisecond. */
  const keepBusy = () =>
    scene.send(
      ...Array.from({length: 5_000}, (_, i) =>
        payment(`busy-${Math.random()}-${i}`, 1, {user_id: `b${i % 50}`}),
      ),
    )

  /** A decision that was not there in time: again with more of the load under way, if it was. */
  const decideTooLate = async (id: string, amount: number, more: object) => {
    for (let attempt = 0; ; attempt++) {
      const transaction = payment(`${id}-${attempt}`, amount, more)
      const busy = keepBusy()
      await sleep(5 * attempt)
      const answer = await decide(transaction, {query: '?deadline_ms=1'})
      await busy
      if (answer.body.degraded.includes('deadline') || attempt === 9) return {...transaction, ...answer}
    }
  }

  test.each([
    ['under-limit', 499, 'approve', 'approve', 0],
    ['over-limit', 600, 'review', 'approve', 1],
    ['unknown-currency', 1, 'review', 'approve', 1],
  ])(
    'the policy answers, and the real decision follows as a revision: %s',
    async (id, amount, fallback, real, reasons) => {
      const more = {user_id: 'd1', ...(id === 'unknown-currency' ? {currency: 'XTS'} : {})}
      const {transaction_id, status, body} = await decideTooLate(id, amount, more)
      expect([status, body.decision, body.revision, body.degraded]).toEqual([200, fallback, 0, ['deadline']])
      expect(decisionRecordSchema.parse(body).reasons).toHaveLength(reasons)
      await expect
        .poll(() => published(transaction_id, 'd1'), {timeout: 5_000})
        .toMatchObject({decision: real, revision: 1})
    },
  )

  test('later revisions count on from there, also after a restart', async () => {
    const {transaction_id} = await decideTooLate('counts-on', 200, {user_id: 'c1'})
    await expect.poll(() => published(transaction_id, 'c1'), {timeout: 5_000}).toMatchObject({revision: 1})
    await scene.restart()
    const fix = {user_id: 'c1', lat: -41, lon: 170, event_time: Date.now()}
    await scene.ask('POST /v1/events/locations', {as: 'shop', body: fix})
    expect(await published(transaction_id, 'c1')).toMatchObject({decision: 'review', revision: 2})
  })

  test.each(['0', '10001', '-1', '1.5', 'x', ''])('a deadline of %j is refused', async (deadline) => {
    const {body} = await decide(payment('never', 1), {query: `?deadline_ms=${deadline}`})
    expect([body.code, body.detail]).toEqual([
      'bad_query',
      'deadline_ms must be a whole number from 1 to 10000',
    ])
    expect(await published('never')).toBeUndefined()
  })
})

describe('what cannot be decided on', () => {
  test.each([
    ['no JSON', '{"transaction_id":', 422, 'transaction_refused', 'bad_json'],
    ['an array', [payment('a', 1)], 422, 'transaction_refused', 'bad_schema'],
    ['a field is missing', {transaction_id: 'x', user_id: 'u1'}, 422, 'transaction_refused', 'bad_schema'],
    [
      'a card number',
      payment('x', 1, {card_id: '4111111111111111'}),
      422,
      'transaction_refused',
      'looks_like_pan',
    ],
    [
      'far in the future',
      payment('x', 1, {event_time: Date.now() + 3_600_000}),
      422,
      'transaction_refused',
      'future_event_time',
    ],
    ['an id with other content', payment('large', 7), 409, 'id_conflict', 'id_conflict'],
    ['too long', payment('x', 1, {filler: 'x'.repeat(300_000)}), 422, 'transaction_refused', 'too_large'],
  ])('is refused, and accounted for: %s', async (_name, transaction, status, code, reason) => {
    const before = scene.service.ledger().total.transactions?.dead_lettered ?? 0
    const answer = await decide(transaction)
    expect([answer.status, answer.body.code, answer.body.reason]).toEqual([status, code, reason])
    expect(JSON.stringify(answer.body)).not.toContain('4111')
    expect(scene.service.ledger().total.transactions?.dead_lettered).toBe(before + 1)
    expect(scene.service.ledger().balanced).toBe(true)
  })

  test('what is too late is answered by the policy, and says so', async () => {
    const {body} = await decide(payment('from-the-past', 600, {event_time: Date.now() - 86_400_000 * 2}))
    expect(body).toMatchObject({decision: 'review', degraded: ['late'], revision: 0})
  })

  test('other formats are refused', async () => {
    const headers = {'content-type': 'application/x-ndjson'}
    const answer = await scene.ask('POST /v1/decisions', {as: 'shop', body: '{}', headers})
    expect(answer.body.code).toBe('unsupported_media_type')
  })
})

describe('an idempotency key', () => {
  test('with the same body gives the same answer, also after a restart', async () => {
    const transaction = payment('with-key', 1200)
    const first = await decide(transaction, {key: 'order-1'})
    expect((await decide(transaction, {key: 'order-1'})).body).toEqual(first.body)
    await scene.restart()
    expect((await decide(transaction, {key: 'order-1'})).body).toEqual(first.body)
  })

  test('with another body is refused, also after a restart, and the body is not taken', async () => {
    await decide(payment('first-body', 1), {key: 'order-2'})
    const refused = await decide(payment('other-body', 1), {key: 'order-2'})
    expect([refused.status, refused.body.code]).toEqual([409, 'idempotency_conflict'])
    await scene.restart()
    expect((await decide(payment('other-body', 1), {key: 'order-2'})).status).toBe(409)
    expect(await published('other-body')).toBeUndefined()
  })

  test('of another sender is another key', async () => {
    await decide(payment('mine', 1), {key: 'order-3'})
    const answer = await scene.ask(`POST /v1/decisions${IN_TIME}`, {
      as: 'adam',
      body: payment('theirs', 1),
      headers: {'idempotency-key': 'order-3'},
    })
    expect(answer.status).toBe(200)
  })

  test('of two bodies at a time, one is taken', async () => {
    const sent = await Promise.all(['race-1', 'race-2'].map((id) => decide(payment(id, 1), {key: 'order-4'})))
    expect(sent.map(({status}) => status).sort()).toEqual([200, 409])
  })

  test.each([' ', 'two words', 'x'.repeat(256), '4111-1111-1111-1111', 'ümlaut'])(
    'of a wrong form is refused: %j',
    async (key) => {
      const encoded = Buffer.from(key, 'utf8').toString('latin1')
      const {status, body} = await decide(payment('wrong-key', 1), {key: encoded})
      // Without its spaces, a header of spaces is empty.
      expect([status, body.code]).toEqual([400, 'bad_request'])
      expect(JSON.stringify(body)).not.toContain('4111')
    },
  )
})
