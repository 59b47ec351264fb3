import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {writeRulesFolder} from '../api/support/rules-folder.js'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {flush} from '../support/services/flush.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

const IN_TIME = 'POST /v1/decisions?deadline_ms=10000'

const BUSY_MERCHANT = `schema: tripline/rule/v1
id: busy-merchant
version: 1
title: A merchant with several payments
key: merchant_id
severity: low
action: review
score: 20
match:
  window: {as: tx, stream: transactions, when: 'true', span: 1h}
  having: distinct(tx.user_id) >= 3
`

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'when Redis is flushed',
  () => {
    let scene: EdgeScene
    let one: ClusterWorker
    let other: ClusterWorker

    beforeAll(async () => {
      scene = await EdgeScene.begin({
        env: {TRIPLINE_CASES_LISTS: '[{list: blocked_devices, field: device_id, for: 30d}]'},
      })
      await writeRulesFolder(scene.rules, true)
      await writeFile(join(scene.rules, 'rules/busy-merchant.yaml'), BUSY_MERCHANT)
      ;[one, other] = (await Promise.all([scene.start(), scene.start()])) as [ClusterWorker, ClusterWorker]
      await scene.settled(one, other)
    }, 240_000)
    afterAll(() => scene.end())

    const pay = (transaction_id: string, user_id: string, more: object = {}) =>
      scene.ask(one, IN_TIME, {
        as: 'shop',
        body: {transaction_id, user_id, amount: 2000, event_time: Date.now(), ...more},
      })
    const get = async (path: string, worker = other) =>
      (await scene.ask(worker, `GET ${path}`, {as: 'ana'})).body
    const post = async (path: string, body: object = {}) => {
      const answer = await scene.ask(one, `POST ${path}`, {as: 'ana', body})
      expect([path, answer.status, answer.body]).toMatchObject([
        path,
        expect.toSatisfy((code) => code < 300),
        {},
      ])
      return answer.body
    }
    const caseOf = (name: string, value: string) =>
      scene.until(
        async () => (await get(`/v1/cases?entity=${name}&value=${value}`)).items[0]?.case_id as string,
      )
    const details = async (path: string) => {
      const {items} = await get(path)
      const views = items.map(({case_id}: {case_id: string}) => get(`/v1/cases/${case_id}`))
      return Promise.all(views)
    }
    /** When they were found is not part of what they say. */
    const standing = async () =>
      (await get('/v1/alerts')).items.map(({detected_at: _, ...alert}: {detected_at: string}) => alert)
    /** What people did, by when. */
    const audited = async (): Promise<readonly {action: string; at: string}[]> => {
      const {body} = await scene.ask(other, 'GET /v1/audit?limit=100', {as: 'adam'})
      const items: {action: string; at: string; sequence: number}[] = body.items
      const placeOf = ({at, action}: {at: string; action: string}) => `${at} ${action}`
      return items
        .map(({sequence: _, ...record}) => record)
        .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
    }

    test('cases and alerts come back with all that people did', async () => {
      await pay('t1', 'u1', {device_id: 'd1'})
      for (const i of [1, 2, 3]) await pay(`m${i}`, `v${i}`, {merchant_id: 'shop', amount: 5})
      await pay('t2', 'u2')
      await pay('t3', 'u3')
      const [closed, assigned, merchant] = [
        await caseOf('user_id', 'u1'),
        await caseOf('user_id', 'u2'),
        await caseOf('merchant_id', 'shop'),
      ]
      await post(`/v1/cases/${closed}/notes`, {text: 'called the customer'})
      await post(`/v1/cases/${closed}/review`)
      await post(`/v1/cases/${closed}/close`, {verdict: 'fraud'})
      await post(`/v1/cases/${assigned}/assign`, {assignee: 'bob'})
      await post(`/v1/cases/${merchant}/notes`, {text: 'asked the shop'})
      const [{alert_id}] = (await get(`/v1/alerts?user=u3`)).items
      await post(`/v1/alerts/${alert_id}/assign`, {assignee: 'lea', in_review: true})
      await post(`/v1/alerts/${alert_id}/notes`, {text: 'looked into it'})
      await pay('again', 'u1')
      await scene.until(async () => (await get('/v1/cases?entity=user_id&value=u1')).items.length === 2)
      await scene.until(async () => (await get('/v1/alerts?status=closed_fraud')).items.length === 1)
      const trail = await audited()
      expect(trail).toHaveLength(9)
      const before = await details('/v1/cases')
      const alerts = await standing()

      await flush(scene.topics.namespace)
      await scene.until(async () => one.output.includes('is lost') || other.output.includes('is lost'))
      await scene.until(async () => (await get('/v1/cases')).items.length === before.length, 60_000)
      await scene.until(async () => {
        const now = await details('/v1/cases')
        expect(now).toEqual(before)
        return true
      })
      expect(await standing()).toEqual(alerts)
      expect(alerts).toContainEqual(expect.objectContaining({alert_id, status: 'in_review', assignee: 'lea'}))
      expect((await get(`/v1/alerts/${alert_id}`)).notes).toMatchObject([{text: 'looked into it'}])
      // What else was on the trail needs a backup.
      expect(await audited()).toEqual(trail.filter(({action}) => !action.startsWith('rules.')))
      await post(`/v1/cases/${assigned}/close`, {verdict: 'legitimate'})
      const declined = await pay('listed', 'u9', {device_id: 'd1', amount: 1})
      expect(declined.body).toMatchObject({decision: 'decline'})
    })

    test('what is done while a new generation is built, and no old worker runs, counts', async () => {
      await pay('t7', 'u7')
      const id = await caseOf('user_id', 'u7')
      const [{alert_id}] = (await get('/v1/alerts?user=u7')).items
      await Promise.all([one, other].map((worker) => worker.end('SIGTERM')))
      one = await scene.start({TRIPLINE_REDIS_GENERATION: '2'})
      other = one
      await post(`/v1/cases/${id}/notes`, {text: 'written meanwhile'})
      await post(`/v1/alerts/${alert_id}/notes`, {text: 'the same'})
      const paid = await pay('t8', 'u7')
      expect(paid.body).toMatchObject({decision: 'review'})
      await scene.until(async () => one.output.match(/is built from the log/g)?.length === 2, 60_000)
      const notes = {notes: [{text: 'written meanwhile'}]}
      await scene.until(async () => {
        const view = await get(`/v1/cases/${id}`)
        expect(view).toMatchObject({...notes, status: 'open'})
        expect(view.alerts).toHaveLength(2)
        return true
      })
      expect((await get(`/v1/alerts/${alert_id}`)).notes).toMatchObject([{text: 'the same'}])
    })
  },
  240_000,
)
