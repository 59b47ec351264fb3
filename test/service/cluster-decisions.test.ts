import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {partitionOf} from '../../src/adapters/kafka/partition-of.js'
import {decisionRecordSchema} from '../../src/core/decision/records.js'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'
import {topicContents} from '../support/services/topic-contents.js'

const PARTITIONS = 2
const IN_TIME = 'POST /v1/decisions?deadline_ms=10000'

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)('decisions by many workers', () => {
  let scene: EdgeScene
  let one: ClusterWorker
  let other: ClusterWorker
  /** A user of each worker. */
  let usersOf: ReadonlyMap<ClusterWorker, string>

  beforeAll(async () => {
    scene = await EdgeScene.begin({partitions: PARTITIONS})
    ;[one, other] = (await Promise.all([scene.start(), scene.start()])) as [ClusterWorker, ClusterWorker]
    await scene.settled(one, other)
    usersOf = new Map(
      await Promise.all([one, other].map(async (worker) => [worker, await userOf(worker)] as const)),
    )
  })
  afterAll(() => scene.end())

  const userOf = async (worker: ClusterWorker): Promise<string> => {
    const {partitions} = await worker.ledger(scene.authorization('adam'))
    for (let i = 0; ; i++) if (partitionOf(`u${i}`, PARTITIONS) === partitions[0]?.partition) return `u${i}`
  }
  const payment = (transaction_id: string, amount: number, user_id: string, more: object = {}) => {
    return {transaction_id, user_id, amount, event_time: Date.now(), ...more}
  }
  const decide = (worker: ClusterWorker, transaction: unknown, route = IN_TIME, headers = {}) =>
    scene.ask(worker, route, {as: 'shop', body: transaction, headers})
  const user = (worker: ClusterWorker) => usersOf.get(worker) as string

  test.each([
    ['the worker that has the user', () => [one, user(one)] as const],
    ['another worker', () => [one, user(other)] as const],
  ])('are answered by %s', async (name, place) => {
    const [worker, userId] = place()
    for (const [amount, decision] of [
      [10, 'approve'],
      [1500, 'review'],
      [15_000, 'decline'],
    ] as const) {
      const {status, body} = await decide(worker, payment(`${name} ${amount}`, amount, userId))
      expect(status).toBe(200)
      expect(decisionRecordSchema.parse(body)).toMatchObject({decision, revision: 0, degraded: ['model']})
    }
  })

  test('are the same for a transaction that is sent again, to whichever worker', async () => {
    const transaction = payment('again', 2000, user(one))
    const first = await decide(one, transaction)
    for (const worker of [one, other]) {
      await scene.until(async () => (await decide(worker, transaction)).status === 200)
      expect((await decide(worker, transaction)).body).toEqual(first.body)
    }
    const {status, body} = await decide(other, {...transaction, amount: 7})
    expect([status, body.code]).toEqual([409, 'id_conflict'])
  })

  test('with an idempotency key are the same, and another body is refused, over workers', async () => {
    const transaction = payment('with-key', 1200, user(one))
    const headers = {'idempotency-key': 'order-1'}
    const first = await decide(one, transaction, IN_TIME, headers)
    expect((await decide(other, transaction, IN_TIME, headers)).body).toEqual(first.body)
    const refused = await decide(other, {...transaction, transaction_id: 'another'}, IN_TIME, headers)
    expect([refused.status, refused.body.code]).toEqual([409, 'idempotency_conflict'])
  })

  test('refuse what is no transaction, and what is found elsewhere to be none', async () => {
    const none = await decide(one, {user_id: user(other)})
    expect([none.status, none.body.reason]).toEqual([422, 'bad_schema'])
    const future = payment('future', 1, user(other), {event_time: Date.now() + 3_600_000})
    const refused = await decide(one, future)
    expect([refused.status, refused.body.reason]).toEqual([422, 'future_event_time'])
  })

  test('at the deadline are the fallback, and follow as revision 1', async () => {
    for (const worker of [one, other]) {
      // Whoever decides stands still.
      const decider = worker === one ? other : one
      const transaction = payment(`late for ${user(decider)}`, 600, user(decider))
      decider.signal('SIGSTOP')
      const {status, body} = await decide(worker, transaction, 'POST /v1/decisions?deadline_ms=100')
      decider.signal('SIGCONT')
      expect([status, body.decision, body.revision, body.degraded]).toEqual([200, 'review', 0, ['deadline']])
      const real = await scene.until(async () => {
        const records = await topicContents<{transaction_id: string; revision: number; decision: string}>(
          scene.topics.kafka,
          scene.topics.names.decisions,
        )
        return records.find(({transaction_id}) => transaction_id === transaction.transaction_id)
      })
      expect(real).toMatchObject({revision: 1, decision: 'approve'})
    }
  })

  test('events are answered with what became of them, by whichever worker', async () => {
    const event = payment('sent', 5, user(other))
    const send = (body: unknown) => scene.ask(one, 'POST /v1/events/transactions', {as: 'shop', body})
    expect((await send([event, payment('sent too', 5, user(one))])).body.results).toEqual([
      {status: 'accepted'},
      {status: 'accepted'},
    ])
    const fix = {user_id: user(other), lat: 1, lon: 1, event_time: Date.now()}
    await scene.ask(one, 'POST /v1/events/locations', {as: 'shop', body: fix})
    const old = {...event, transaction_id: 'old', event_time: Date.now() - 86_400_000 * 2}
    const results = (await send([event, old, {...event, amount: 6}])).body.results
    expect(results).toMatchObject([
      {status: 'duplicate'},
      {status: 'late'},
      {status: 'dead_lettered', code: 'id_conflict'},
    ])
  })
})
