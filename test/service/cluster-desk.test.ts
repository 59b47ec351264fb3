import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {ListeningClient} from '../api/support/listening-client.js'
import {tripline} from '../support/process/tripline.js'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

const IN_TIME = 'POST /v1/decisions?deadline_ms=10000'

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'the work of people, by many workers',
  () => {
    let scene: EdgeScene
    let one: ClusterWorker
    let other: ClusterWorker

    beforeAll(async () => {
      scene = await EdgeScene.begin()
      ;[one, other] = (await Promise.all([scene.start(), scene.start()])) as [ClusterWorker, ClusterWorker]
      await scene.settled(one, other)
    })
    afterAll(() => scene.end())

    const pay = (transaction_id: string, user_id: string, amount = 2000) =>
      scene.ask(one, IN_TIME, {as: 'shop', body: {transaction_id, user_id, amount, event_time: Date.now()}})
    /** The alert on a payment, once a worker shows it. */
    const alertOn = async (transactionId: string, userId: string) => {
      const decided = await pay(transactionId, userId)
      const [{alert_id}] = decided.body.rules
      await scene.until(async () => (await shown(other, alert_id)).status === 200)
      return alert_id as string
    }
    const shown = (worker: ClusterWorker, alertId: string) =>
      scene.ask(worker, `GET /v1/alerts/${alertId}`, {as: 'ana'})
    const audited = async (worker: ClusterWorker, subject: string) => {
      const {body} = await scene.ask(worker, 'GET /v1/audit?limit=100', {as: 'adam'})
      return body.items.filter((record: {subject: {id: string}}) => record.subject.id === subject).reverse()
    }

    test('an alert that is assigned and noted at one worker is so at every other, and on the trail', async () => {
      const id = await alertOn('assigned', 'u1')
      const assign = {as: 'ana', body: {assignee: 'ana', in_review: true}} as const
      expect((await scene.ask(one, `POST /v1/alerts/${id}/assign`, assign)).body.status).toBe('in_review')
      await Promise.all(
        [one, other].map((worker) =>
          scene.ask(worker, `POST /v1/alerts/${id}/notes`, {as: 'ana', body: {text: 'called'}}),
        ),
      )
      const {body} = await shown(other, id)
      expect(body).toMatchObject({
        assignee: 'ana',
        in_review: true,
        notes: [{text: 'called'}, {text: 'called'}],
      })
      const records = await audited(other, id)
      expect(records.map(({action, after}: {action: string; after: unknown}) => [action, after])).toEqual([
        ['alert.assign', {assignee: 'ana', in_review: true}],
        ['alert.note', {notes: 1}],
        ['alert.note', {notes: 2}],
      ])
      const {body: page} = await scene.ask(one, 'GET /v1/audit?limit=200', {as: 'adam'})
      const sequences = page.items.map(({sequence}: {sequence: number}) => sequence)
      expect(sequences).toEqual(sequences.map((_: number, i: number) => sequences.length - i))
    })

    test('a verdict closes the alert; sent again it is the same', async () => {
      const id = await alertOn('judged', 'u2')
      const verdict = {as: 'ana', body: {verdict: 'fraud', feedback_id: 'f1'}} as const
      const first = await scene.ask(other, `POST /v1/alerts/${id}/feedback`, verdict)
      expect([first.status, first.body.status, first.body.alert_status]).toEqual([
        202,
        'accepted',
        'closed_fraud',
      ])
      const again = await scene.ask(one, `POST /v1/alerts/${id}/feedback`, verdict)
      expect([again.body.status, again.body.alert_status]).toEqual(['duplicate', 'closed_fraud'])
      const told = {action: 'alert.verdict', before: {status: 'open', verdict: null}}
      expect(await audited(one, id)).toMatchObject([told])
    })

    test('many verdicts at a time are told one by one', async () => {
      await alertOn('charged-back', 'u3')
      const body = [
        {transaction_id: 'charged-back', verdict: 'fraud', source: 'chargeback', feedback_id: 'f2'},
        {verdict: 'perhaps'},
      ]
      const answer = await scene.ask(other, 'POST /v1/feedback', {as: 'shop', body})
      expect(answer.body.results).toMatchObject([
        {feedback_id: 'f2', status: 'accepted'},
        {status: 'refused'},
      ])
      expect(await audited(one, 'charged-back')).toMatchObject([
        {action: 'transaction.verdict', after: {verdict: 'fraud', source: 'chargeback', feedback_id: 'f2'}},
      ])
    })

    test('a user is shown by every worker, with what was decided', async () => {
      await alertOn('of-user', 'u4')
      for (const worker of [one, other]) {
        const {body} = await scene.ask(worker, 'GET /v1/users/u4', {as: 'ana'})
        expect(body.timeline).toMatchObject([{id: 'of-user', decision: {decision: 'review'}}])
        expect(body.alerts).toHaveLength(1)
      }
    })

    test('features are those of whichever worker has the user', async () => {
      await alertOn('with-features', 'u5')
      const answers = await Promise.all(
        [one, other].map((worker) => scene.ask(worker, 'GET /v1/features/user/u5', {as: 'shop'})),
      )
      for (const {status, body} of answers) {
        expect(status).toBe(200)
        expect({...body, as_of: ''}).toEqual({...answers[0]?.body, as_of: ''})
        expect(Object.values(body.values).some((value) => value !== null)).toBe(true)
      }
    })

    test('models are listed, and a promotion that is refused says why', async () => {
      const {body} = await scene.ask(one, 'GET /v1/models', {as: 'ana'})
      expect(body).toMatchObject({deciding: null, alias: 'none'})
      const refused = await scene.ask(one, 'POST /v1/models/999/promote', {as: 'lea'})
      expect(refused.status).toBe(404)
    })

    test('who listens to one worker hears of alerts of all, and goes on at another', async () => {
      const listen = async (worker: ClusterWorker, headers = {}) =>
        ListeningClient.listen(`${await worker.url()}/v1/alerts/stream`, {
          ...scene.authorization('ana'),
          ...headers,
        })
      const heardOf = (client: ListeningClient) => client.alerts.map(({data}) => data.anchor.id)
      const clients = await Promise.all([one, other].map((worker) => listen(worker)))
      for (let i = 0; i < 6; i++) await pay(`heard-${i}`, `listened-${i}`)
      for (const client of clients) await scene.until(async () => heardOf(client).length === 6)
      const [first] = clients as [ListeningClient]
      expect(heardOf(first)).toEqual(heardOf(clients[1] as ListeningClient))
      const third = first.alerts[2]?.id as string
      const again = await listen(other, {'last-event-id': third})
      await scene.until(async () => heardOf(again).length === 3)
      expect(heardOf(again)).toEqual(heardOf(first).slice(3))
      for (const client of [...clients, again]) client.close()
    })

    describe('rules', () => {
      const rule = (id: string, limit: number) => `schema: tripline/rule/v1
id: ${id}
version: 1
title: A limit
key: user_id
severity: low
action: review
score: 10
match:
  event: {as: tx, stream: transactions}
  when: tx.amount_usd > ${limit}.0
`
      const runningAt = async (worker: ClusterWorker) => {
        const {body} = await scene.ask(worker, 'GET /v1/rules', {as: 'ana'})
        return body.rules.map(({id}: {id: string}) => id).sort()
      }

      test('are checked, proposed at one worker and approved at another, by somebody else', async () => {
        const text = await scene.ask(one, 'POST /v1/rules/validate', {as: 'lea', body: {rule: rule('x', 5)}})
        expect(text.status).toBe(200)
        const {body} = await scene.ask(one, 'POST /v1/rules', {as: 'lea', body: {}})
        expect(body.proposal.proposed_by.name).toBe('lea')
        const id = body.proposal.id
        const own = await scene.ask(other, 'POST /v1/rules/proposal/approve', {as: 'lea', body: {id}})
        expect([own.status, own.body.code]).toEqual([403, 'own_proposal'])
        const approved = await scene.ask(other, 'POST /v1/rules/proposal/approve', {as: 'leo', body: {id}})
        expect(approved.status).toBe(200)
        expect((await scene.ask(one, 'GET /v1/rules/proposal', {as: 'ana'})).body.proposal).toBeNull()
      })

      test('that change in the folder come into force at every worker, once', async () => {
        await writeFile(join(scene.rules, 'rules/watched.yaml'), rule('watched', 100))
        for (const worker of [one, other])
          await scene.until(async () => (await runningAt(worker)).includes('watched'))
        const {body} = await scene.ask(one, 'GET /v1/audit?limit=100', {as: 'adam'})
        const activations = body.items.filter(({action}: {action: string}) => action === 'rules.activate')
        expect(activations.map(({actor}: {actor: {id: string}}) => actor.id)).toEqual(['folder'])
      })

      test('are proposed by the command as well, where keys are configured', async () => {
        await writeFile(join(scene.rules, 'rules/commanded.yaml'), rule('commanded', 200))
        const args = ['rules', 'activate', '--rules', scene.rules, '--json']
        const env = {...scene.environment, TRIPLINE_PROFILE: 'cluster'}
        const {code, stdout, stderr} = await tripline(args, {env})
        expect([code, stderr]).toEqual([0, ''])
        expect(JSON.parse(stdout)).toMatchObject({proposal: {is_former: false}})
      })
    })
  },
)
