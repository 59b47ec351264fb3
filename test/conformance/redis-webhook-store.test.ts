import {Redis} from 'ioredis'
import {expect, test} from 'vitest'
import {RedisAuditTrail} from '../../src/adapters/redis/desk/audit-trail.js'
import {RedisConnection} from '../../src/adapters/redis/redis-connection.js'
import {RedisWebhookStore} from '../../src/adapters/redis/webhook/webhook-store.js'
import type {WebhookDelivery} from '../../src/engine/port/webhook-store.js'
import {describeOnRedis, freshNamespace} from '../service/redis/test-redis.js'
import {deliveryOf, describeWebhookStore, subscriptionOf, wall} from './webhook-store.js'

const LEASE_MS = 30_000

describeOnRedis('webhook store on Redis', (url) => {
  const storesOn = (namespace: string) => {
    const connection = new RedisConnection(new Redis(url))
    const trail = new RedisAuditTrail(connection, {namespace}, {now: () => wall(0)})
    return {connection, trail, store: new RedisWebhookStore(connection, {namespace}, trail)}
  }

  describeWebhookStore('redis', async () => {
    const {connection, trail, store} = storesOn(freshNamespace())
    return {
      store,
      audited: async () => {
        const {items} = await trail.records(100, undefined)
        return items.map(({sequence: _, at: __, ...change}) => change).reverse()
      },
      dispose: async () => connection.close(),
    }
  })

  const twoStores = async (run: (one: RedisWebhookStore, other: RedisWebhookStore) => Promise<void>) => {
    const namespace = freshNamespace()
    const [one, other] = [storesOn(namespace), storesOn(namespace)]
    try {
      await one.store.saveSubscription(subscriptionOf('w1'))
      await one.store.enqueue([deliveryOf('w1', 'm1'), deliveryOf('w1', 'm2')])
      await run(one.store, other.store)
    } finally {
      one.connection.close()
      other.connection.close()
    }
  }

  test('one worker sends to a receiver at a time; another takes over when it was not heard of', () =>
    twoStores(async (one, other) => {
      expect((await one.claim('w1', wall(0), 1, LEASE_MS)).deliveries).toHaveLength(1)
      expect(await other.claim('w1', wall(1), 10, LEASE_MS)).toEqual({
        deliveries: [],
        nextDueAt: wall(LEASE_MS),
      })
      expect((await other.claim('w1', wall(LEASE_MS), 10, LEASE_MS)).deliveries).toHaveLength(2)
      expect((await one.claim('w1', wall(LEASE_MS + 1), 10, LEASE_MS)).deliveries).toEqual([])
    }))

  test('a worker that ends leaves the queue to others at once', () =>
    twoStores(async (one, other) => {
      await one.claim('w1', wall(0), 1, LEASE_MS)
      await one.release()
      const {deliveries} = await other.claim('w1', wall(1), 10, LEASE_MS)
      expect(deliveries.map(({id}) => id)).toEqual(['m2'])
    }))

  test('what a worker says that was taken for dead is refused', () =>
    twoStores(async (one, other) => {
      const [first] = (await one.claim('w1', wall(0), 1, LEASE_MS)).deliveries as [WebhookDelivery]
      const {deliveries} = await other.claim('w1', wall(LEASE_MS), 1, LEASE_MS)
      expect(deliveries[0]?.id).toBe(first.id)
      await other.save({...first, status: 'delivered', dueAt: null})
      await one.save({...first, status: 'pending', dueAt: wall(5)})
      expect(await one.delivery('w1', first.id)).toMatchObject({status: 'delivered'})
    }))
})
