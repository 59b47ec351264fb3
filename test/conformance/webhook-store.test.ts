import {expect, test} from 'vitest'
import {AuditTrail} from '../../src/adapters/embedded/audit-trail.js'
import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {EmbeddedWebhookStore} from '../../src/adapters/embedded/webhook-store.js'
import {MemoryWebhookStore} from '../../src/adapters/memory/memory-webhook-store.js'
import {temporaryFolder} from './temporary-folder.js'
import {deliveryOf, describeWebhookStore, subscriptionOf, wall} from './webhook-store.js'

const CLOCK = {now: () => wall(0)}

describeWebhookStore('memory', async () => {
  const store = new MemoryWebhookStore()
  return {store, audited: async () => store.audited, dispose: async () => {}}
})

describeWebhookStore('embedded', async () => {
  const folder = await temporaryFolder()
  const database = await EmbeddedDatabase.open(folder.path)
  const trail = await AuditTrail.open(database, CLOCK)
  return {
    store: await EmbeddedWebhookStore.open(database, trail),
    audited: async () => {
      const {items} = await trail.records(100, undefined)
      return items.map(({sequence: _, at: __, ...change}) => change).reverse()
    },
    dispose: async () => {
      await database.close()
      await folder.remove()
    },
  }
})

test('embedded webhook store: all is there after a restart, and nothing is claimed', async () => {
  const folder = await temporaryFolder()
  try {
    const before = await EmbeddedDatabase.open(folder.path)
    const store = await EmbeddedWebhookStore.open(before, await AuditTrail.open(before, CLOCK))
    await store.saveSubscription(subscriptionOf('w1'))
    await store.enqueue([deliveryOf('w1', 'm1'), deliveryOf('w1', 'm2')])
    await store.save(deliveryOf('w1', 'm2', {status: 'delivered', dueAt: null}))
    await store.claim('w1', wall(0), 10, 30_000)
    await before.close()

    const after = await EmbeddedDatabase.open(folder.path)
    const again = await EmbeddedWebhookStore.open(after, await AuditTrail.open(after, CLOCK))
    expect(await again.subscriptions()).toEqual([subscriptionOf('w1')])
    expect(await again.pending('w1')).toBe(1)
    expect((await again.claim('w1', wall(0), 10, 30_000)).deliveries).toEqual([deliveryOf('w1', 'm1')])
    await after.close()
  } finally {
    await folder.remove()
  }
})
