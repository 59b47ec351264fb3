import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import type {AuditedChange} from '../../src/core/case/audit-record.js'
import type {WallTime} from '../../src/core/event/time.js'
import {InvalidCursorError} from '../../src/engine/port/read-model.js'
import type {WebhookDelivery, WebhookStore, WebhookSubscription} from '../../src/engine/port/webhook-store.js'
import {NOON, STRANGE_IDS} from './samples.js'

export interface WebhookStoreHarness {
  readonly store: WebhookStore
  /** The audit records that were written, in order. */
  audited(): Promise<readonly AuditedChange[]>
  dispose(): Promise<void>
}

const LEASE_MS = 30_000

export function wall(ms: number): WallTime {
  return (NOON + ms) as number as WallTime
}

export function subscriptionOf(id: string, change: Partial<WebhookSubscription> = {}): WebhookSubscription {
  return {
    id,
    url: `https://receiver.example/${id.length}`,
    eventTypes: ['alert.opened'],
    severities: [],
    rules: [],
    enabled: true,
    disabledBecause: null,
    secrets: [{value: 'whsec_c2VjcmV0', expiresAt: null}],
    createdAt: wall(0),
    ...change,
  }
}

export function deliveryOf(
  subscription: string,
  id: string,
  change: Partial<WebhookDelivery> = {},
): WebhookDelivery {
  return {
    subscription,
    id,
    type: 'alert.opened',
    body: `{"id":${JSON.stringify(id)}}`,
    createdAt: wall(0),
    status: 'pending',
    dueAt: wall(0),
    tries: 0,
    attempts: [],
    ...change,
  }
}

/** What every webhook store keeps to. */
export function describeWebhookStore(name: string, make: () => Promise<WebhookStoreHarness>): void {
  describe(`webhook store: ${name}`, () => {
    let harness: WebhookStoreHarness
    let store: WebhookStore

    beforeEach(async () => {
      harness = await make()
      store = harness.store
    })
    afterEach(() => harness.dispose())

    const claim = (now: number, limit = 100, subscription = 'w1') =>
      store.claim(subscription, wall(now), limit, LEASE_MS)
    const claimedIds = async (now: number, limit?: number, subscription?: string) =>
      (await claim(now, limit, subscription)).deliveries.map(({id}) => id)
    const listedIds = async (subscription = 'w1') =>
      (await store.deliveries(subscription, undefined, 100, undefined)).items.map(({id}) => id)

    describe('subscriptions', () => {
      test('a saved one can be read and listed by id; saving again replaces it', async () => {
        await store.saveSubscription(subscriptionOf('w2'))
        await store.saveSubscription(subscriptionOf('w1'))
        const changed = subscriptionOf('w1', {enabled: false, rules: ['geo-jump']})
        await store.saveSubscription(changed)
        expect(await store.subscription('w1')).toEqual(changed)
        expect(await store.subscriptions()).toEqual([changed, subscriptionOf('w2')])
        expect(await store.subscription('w3')).toBeUndefined()
      })

      test('changes to one at once all count; one that is not there is not changed', async () => {
        await store.saveSubscription(subscriptionOf('w1'))
        const add = (rule: string) =>
          store.changeSubscription('w1', (now) => ({...now, rules: [...now.rules, rule]}))
        await Promise.all(['a', 'b', 'c'].map(add))
        expect(new Set((await store.subscription('w1'))?.rules)).toEqual(new Set(['a', 'b', 'c']))
        expect((await add('d'))?.rules).toHaveLength(4)
        expect(await store.changeSubscription('w2', (now) => now)).toBeUndefined()
      })

      test('saving again leaves its deliveries', async () => {
        await store.saveSubscription(subscriptionOf('w1'))
        await store.enqueue([deliveryOf('w1', 'm1')])
        await store.saveSubscription(subscriptionOf('w1', {enabled: false}))
        expect(await store.pending('w1')).toBe(1)
      })

      test('removing one removes its deliveries and no others', async () => {
        await store.saveSubscription(subscriptionOf('w1'))
        await store.saveSubscription(subscriptionOf('w10'))
        await store.enqueue([deliveryOf('w1', 'm1'), deliveryOf('w10', 'm1')])
        expect(await store.removeSubscription('w1')).toBe(true)
        expect(await store.removeSubscription('w1')).toBe(false)
        await store.saveSubscription(subscriptionOf('w1'))
        expect([await listedIds('w1'), await store.pending('w1')]).toEqual([[], 0])
        expect([await listedIds('w10'), await store.pending('w10')]).toEqual([['m1'], 1])
      })

      test('a delivery that is under way while its subscription is removed leaves nothing behind', async () => {
        await store.saveSubscription(subscriptionOf('w1'))
        await store.enqueue([deliveryOf('w1', 'm1')])
        const {deliveries} = await claim(0)
        await store.removeSubscription('w1')
        await store.save({...(deliveries[0] as WebhookDelivery), dueAt: wall(5)})
        await store.enqueue([deliveryOf('w1', 'm2')])
        await store.saveSubscription(subscriptionOf('w1'))
        expect([await listedIds(), await store.pending('w1'), await claimedIds(10)]).toEqual([[], 0, []])
      })
    })

    describe('audit', () => {
      const changeOf = (action: string): AuditedChange => {
        const actor = {id: 'key:1', name: 'Lea'}
        return {actor, action, subject: {type: 'webhook', id: 'w1'}, before: null, after: {n: 1}}
      }

      test('what people change is recorded in order; what the service does is not', async () => {
        await store.saveSubscription(subscriptionOf('w1'), changeOf('create'))
        await store.saveSubscription(subscriptionOf('w1'))
        await store.changeSubscription(
          'w1',
          (now) => ({...now, enabled: false}),
          (before, after) => ({...changeOf('change'), before: before.enabled, after: after.enabled}),
        )
        await store.save(deliveryOf('w1', 'm1'), changeOf('retry'))
        await store.save(deliveryOf('w1', 'm1'))
        await store.removeSubscription('w1', ({enabled}) => ({...changeOf('remove'), before: enabled}))
        expect(await harness.audited()).toEqual([
          changeOf('create'),
          {...changeOf('change'), before: true, after: false},
          changeOf('retry'),
          {...changeOf('remove'), before: false},
        ])
      })

      test('what changes nothing leaves no record', async () => {
        await store.changeSubscription(
          'w1',
          (now) => now,
          () => changeOf('change'),
        )
        await store.removeSubscription('w1', () => changeOf('remove'))
        await store.save(deliveryOf('w1', 'm1'), changeOf('retry'))
        expect(await harness.audited()).toEqual([])
      })
    })

    describe('queue', () => {
      beforeEach(async () => {
        await store.saveSubscription(subscriptionOf('w1'))
        await store.saveSubscription(subscriptionOf('w2'))
      })

      test('a message is queued once per subscription, whatever became of it', async () => {
        await store.enqueue([deliveryOf('w1', 'm1'), deliveryOf('w1', 'm1'), deliveryOf('w2', 'm1')])
        await store.save(deliveryOf('w1', 'm1', {status: 'delivered', dueAt: null, tries: 1}))
        await store.enqueue([deliveryOf('w1', 'm1')])
        expect(await store.delivery('w1', 'm1')).toMatchObject({status: 'delivered', tries: 1})
        expect([await store.pending('w1'), await store.pending('w2')]).toEqual([0, 1])
        expect(await claimedIds(0)).toEqual([])
      })

      test('what is due is claimed by due time, and the next due time is told', async () => {
        const dues = {m1: 20, m2: 10, m3: 30, m4: 10}
        await store.enqueue(Object.entries(dues).map(([id, ms]) => deliveryOf('w1', id, {dueAt: wall(ms)})))
        expect(await claim(9)).toEqual({deliveries: [], nextDueAt: wall(10)})
        expect(await claimedIds(20, 2)).toEqual(['m2', 'm4'])
        const {deliveries, nextDueAt} = await claim(20, 2)
        expect([deliveries.map(({id}) => id), nextDueAt]).toEqual([['m1'], wall(30)])
        expect(await claim(29)).toEqual({deliveries: [], nextDueAt: wall(30)})
        expect(await claim(30)).toMatchObject({deliveries: [{id: 'm3'}], nextDueAt: undefined})
      })

      test('a limit leaves the rest, which is due', async () => {
        await store.enqueue([deliveryOf('w1', 'm1'), deliveryOf('w1', 'm2')])
        expect(await claim(5, 1)).toMatchObject({deliveries: [{id: 'm1'}], nextDueAt: wall(0)})
      })

      test('what is claimed is not claimed again before the lease is over', async () => {
        await store.enqueue([deliveryOf('w1', 'm1')])
        expect(await claimedIds(0)).toEqual(['m1'])
        expect(await claimedIds(LEASE_MS - 1)).toEqual([])
        expect(await claimedIds(LEASE_MS)).toEqual(['m1'])
      })

      test('claiming at once gives nothing twice', async () => {
        await store.enqueue(Array.from({length: 40}, (_, i) => deliveryOf('w1', `m${i}`)))
        const claims = await Promise.all(Array.from({length: 10}, () => claimedIds(0, 5)))
        expect(new Set(claims.flat()).size).toBe(40)
        expect(claims.flat()).toHaveLength(40)
      })

      test('a failed delivery waits until it is due again; a finished one is out of the queue', async () => {
        await store.enqueue([deliveryOf('w1', 'm1')])
        const [first] = (await claim(0)).deliveries as [WebhookDelivery]
        const attempt = {at: wall(0), durationMs: 12, status: 500, error: 'status'}
        const failed = {...first, tries: 1, dueAt: wall(50), attempts: [attempt]}
        await store.save(failed)
        expect(await claimedIds(49)).toEqual([])
        expect((await claim(50)).deliveries).toEqual([failed])
        await store.save({...failed, status: 'delivered', dueAt: null})
        expect([await claimedIds(1e9), await store.pending('w1')]).toEqual([[], 0])
        await store.save({...failed, status: 'pending', dueAt: wall(60)})
        expect([await claimedIds(60), await store.pending('w1')]).toEqual([['m1'], 1])
      })

      test('subscriptions have queues of their own', async () => {
        await store.enqueue([deliveryOf('w1', 'm1'), deliveryOf('w2', 'm2')])
        expect(await claimedIds(0, 10, 'w2')).toEqual(['m2'])
        expect(await claimedIds(0, 10, 'w1')).toEqual(['m1'])
        expect(await claim(0, 10, 'unknown')).toEqual({deliveries: [], nextDueAt: undefined})
      })

      test('ids of any form are kept apart', async () => {
        await store.enqueue(STRANGE_IDS.map((id) => deliveryOf('w1', id)))
        expect(await store.pending('w1')).toBe(STRANGE_IDS.length)
        for (const id of STRANGE_IDS) expect((await store.delivery('w1', id))?.id).toBe(id)
        expect(new Set(await claimedIds(0))).toEqual(new Set(STRANGE_IDS))
      })
    })

    describe('delivery log', () => {
      beforeEach(async () => {
        await store.saveSubscription(subscriptionOf('w1'))
      })

      test('the newest come first, page by page, by status', async () => {
        const deliveries = Array.from({length: 7}, (_, i) =>
          deliveryOf('w1', `m${i}`, {
            createdAt: wall(i),
            ...(i % 2 === 0 ? {status: 'dead', dueAt: null} : {}),
          }),
        )
        await store.enqueue(deliveries)
        expect(await listedIds()).toEqual(['m6', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0'])
        const first = await store.deliveries('w1', 'dead', 3, undefined)
        expect(first.items.map(({id}) => id)).toEqual(['m6', 'm4', 'm2'])
        const second = await store.deliveries('w1', 'dead', 3, first.cursor)
        expect(second).toMatchObject({items: [{id: 'm0'}], cursor: undefined})
      })

      test('a cursor that was not given out is refused', async () => {
        await expect(store.deliveries('w1', undefined, 3, 'nonsense')).rejects.toThrow(InvalidCursorError)
      })

      test('the finished ones expire, those that wait stay', async () => {
        await store.enqueue([
          deliveryOf('w1', 'old', {status: 'dead', dueAt: null}),
          deliveryOf('w1', 'waiting'),
          deliveryOf('w1', 'new', {status: 'delivered', dueAt: null, createdAt: wall(10)}),
        ])
        expect(await store.expire(wall(10))).toBe(1)
        expect(await listedIds()).toEqual(['new', 'waiting'])
        expect(await store.delivery('w1', 'old')).toBeUndefined()
      })
    })
  })
}
