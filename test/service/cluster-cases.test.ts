import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {ListeningClient} from '../api/support/listening-client.js'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

const IN_TIME = 'POST /v1/decisions?deadline_ms=10000'

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)('cases, by many workers', () => {
  let scene: EdgeScene
  let one: ClusterWorker
  let other: ClusterWorker

  beforeAll(async () => {
    scene = await EdgeScene.begin()
    ;[one, other] = (await Promise.all([scene.start(), scene.start()])) as [ClusterWorker, ClusterWorker]
    await scene.settled(one, other)
  }, 240_000)
  afterAll(() => scene.end())

  const pay = (transaction_id: string, user_id: string) =>
    scene.ask(one, IN_TIME, {
      as: 'shop',
      body: {transaction_id, user_id, amount: 2000, event_time: Date.now()},
    })
  const casesOf = async (worker: ClusterWorker, user: string) =>
    (await scene.ask(worker, `GET /v1/cases?entity=user_id&value=${user}`, {as: 'ana'})).body.items
  const post = (worker: ClusterWorker, id: string, what: string, body: object = {}) =>
    scene.ask(worker, `POST /v1/cases/${id}/${what}`, {as: 'ana', body})

  // Users of whichever partition, each by whichever worker.
  test.each(['u1', 'u2', 'u3', 'u4', 'u5'])('the case of %s is worked on at any worker', async (user) => {
    const decided = await pay(`t-${user}`, user)
    const [{alert_id}] = decided.body.rules
    await scene.until(async () => (await casesOf(other, user)).length === 1)
    const [{case_id}] = await casesOf(other, user)
    const noted = await post(one, case_id, 'notes', {text: 'called'})
    expect(noted.body).toMatchObject({status: 'open', notes: [{text: 'called'}]})
    expect((await post(other, case_id, 'review')).body).toMatchObject({status: 'in_review', assignee: 'ana'})
    const closed = await post(other, case_id, 'close', {verdict: 'fraud'})
    expect([closed.status, closed.body]).toMatchObject([200, {verdicts: 1, case: {status: 'closed_fraud'}}])
    expect((await post(one, case_id, 'close', {verdict: 'legitimate'})).body.code).toBe('case_closed')
    await scene.until(async () => {
      const {body} = await scene.ask(one, `GET /v1/alerts/${alert_id}`, {as: 'ana'})
      return body.status === 'closed_fraud'
    })
    await pay(`again-${user}`, user)
    await scene.until(async () => (await casesOf(one, user)).length === 2)
    const statuses = (await casesOf(one, user)).map(({status}: {status: string}) => status)
    expect(statuses.sort()).toEqual(['closed_fraud', 'open'])
    const {body} = await scene.ask(other, 'GET /v1/audit?limit=200', {as: 'adam'})
    const actions = body.items
      .filter(({subject}: {subject: {id: string}}) => subject.id === case_id)
      .map(({action}: {action: string}) => action)
    expect(actions.sort()).toEqual(['case.close', 'case.note', 'case.review'])
  })

  test('who listens to one worker hears of cases of all, goes on at another, and hears nothing of who is forgotten', async () => {
    const listen = async (worker: ClusterWorker, headers = {}) =>
      ListeningClient.listen(`${await worker.url()}/v1/cases/stream`, {
        ...scene.authorization('ana'),
        ...headers,
      })
    const told = ({heard}: ListeningClient) => heard.filter(({event}) => event?.startsWith('case.'))
    const heard = (client: ListeningClient) => told(client).map(({event, data}) => [event, data.entity.value])
    const clients = await Promise.all([one, other].map((worker) => listen(worker)))
    const users = ['s1', 's2', 's3', 's4']
    for (const user of users) await pay(`stream-${user}`, user)
    const opened = users.map((user) => ['case.opened', user])
    for (const client of clients) {
      await scene.until(async () => heard(client).length === users.length)
      expect(heard(client)).toEqual(expect.arrayContaining(opened))
    }
    const [first, second] = clients as [ListeningClient, ListeningClient]
    expect(heard(second)).toEqual(heard(first))
    const again = await listen(other, {'last-event-id': told(first)[1]?.id as string})
    await scene.until(async () => heard(again).length === 2)
    expect(heard(again)).toEqual(heard(first).slice(2))
    const gone = heard(first)[3]?.[1] as string
    expect((await scene.ask(one, `DELETE /v1/users/${gone}`, {as: 'adam'})).status).toBeLessThan(300)
    await scene.until(async () => {
      const later = await listen(other, {'last-event-id': told(first)[2]?.id as string})
      await scene.until(async () => told(later).length === 1)
      later.close()
      return !JSON.stringify(told(later)).includes(gone)
    })
    for (const client of [...clients, again]) client.close()
  })
})
