import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'
import {answer, openReceiver, type Receiver} from '../support/webhook/receiver.js'

const USERS = 12
const WAVE = 20

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'webhooks by many workers',
  {timeout: 180_000},
  () => {
    let scene: EdgeScene
    let hook: Receiver

    beforeAll(async () => {
      scene = await EdgeScene.begin({partitions: 4})
      hook = await openReceiver()
    })
    afterAll(async () => {
      await hook.close()
      await scene.end()
    })

    const idsHeard = () => hook.received.map(({headers}) => headers['webhook-id'] as string)
    const anchorsHeard = () =>
      new Set(hook.received.map(({body}) => JSON.parse(body).data.anchor?.id as string))
    const wave = async (worker: ClusterWorker, name: string) => {
      const body = Array.from({length: WAVE}, (_, i) => {
        const common = {amount: 2000, event_time: Date.now()}
        return {transaction_id: `${name}-${i}`, user_id: `u${i % USERS}`, ...common}
      })
      const {status} = await scene.ask(worker, 'POST /v1/events/transactions', {as: 'shop', body})
      expect(status).toBe(202)
      return body.map(({transaction_id}) => transaction_id)
    }
    const subscribe = async (worker: ClusterWorker) => {
      const {status, body} = await scene.ask(worker, 'POST /v1/webhooks', {as: 'lea', body: {url: hook.url}})
      expect(status).toBe(201)
      return body.id as string
    }

    test('every alert arrives, whichever worker raised it, each once while nothing fails', async () => {
      const [one, other] = (await Promise.all([scene.start(), scene.start()])) as [
        ClusterWorker,
        ClusterWorker,
      ]
      await scene.settled(one, other)
      const id = await subscribe(one)
      const sent = await wave(other, 'calm')
      await scene.until(async () => sent.every((anchor) => anchorsHeard().has(anchor)))
      expect(idsHeard()).toHaveLength(new Set(idsHeard()).size)
      const log = await scene.ask(other, `GET /v1/webhooks/${id}/deliveries?status=delivered&limit=100`, {
        as: 'lea',
      })
      expect(log.body.items).toHaveLength(WAVE)
      const tested = await scene.ask(other, `POST /v1/webhooks/${id}/test`, {as: 'lea'})
      expect(tested.body.status).toBe('delivered')
    })

    test('no alert is lost when a worker is killed while it decides and sends', async () => {
      const [one, other] = scene.workers as [ClusterWorker, ClusterWorker]
      hook.behave = (response, request) => void setTimeout(() => answer(204)(response, request), 200)
      const waves = Promise.all([wave(other, 'before'), wave(other, 'under way')])
      await sleep(50)
      await one.end('SIGKILL')
      const sent = (await waves).flat()
      sent.push(...(await wave(other, 'after')))
      await scene.until(async () => sent.every((anchor) => anchorsHeard().has(anchor)), 90_000)
      const heard = hook.received.map(({headers, body}) => [headers['webhook-id'], JSON.parse(body).id])
      expect(heard.every(([header, id]) => header === id)).toBe(true)
    })

    test('a subscription that is removed at one worker is told nothing by any', async () => {
      const worker = scene.workers[1] as ClusterWorker
      const {body} = await scene.ask(worker, 'GET /v1/webhooks', {as: 'lea'})
      const id = body.items[0].id
      expect((await scene.ask(worker, `DELETE /v1/webhooks/${id}`, {as: 'lea'})).status).toBe(204)
      const before = hook.received.length
      await wave(worker, 'unheard')
      await scene.until(async () => {
        const alerts = await scene.ask(worker, 'GET /v1/alerts?limit=200', {as: 'ana'})
        return alerts.body.items.some(
          ({anchor}: {anchor: {id: string}}) => anchor.id === `unheard-${WAVE - 1}`,
        )
      })
      expect(hook.received.length).toBe(before)
      const {body: trail} = await scene.ask(worker, 'GET /v1/audit', {as: 'adam'})
      expect(trail.items.map(({action}: {action: string}) => action)).toEqual([
        'webhook.remove',
        'webhook.test',
        'webhook.create',
      ])
    })
  },
)
