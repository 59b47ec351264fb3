import type {AuditedChange} from '../../core/case/audit-record.js'
import {compareIds} from '../../core/event/order.js'
import type {WallTime} from '../../core/event/time.js'
import {InvalidCursorError, type Page} from '../../engine/port/read-model.js'
import type {
  Claim,
  DeliveryStatus,
  WebhookDelivery,
  WebhookStore,
  WebhookSubscription,
} from '../../engine/port/webhook-store.js'

interface Queue {
  readonly subscription: WebhookSubscription
  readonly deliveries: Map<string, WebhookDelivery>
  /** Until when a delivery is somebody's. */
  readonly claims: Map<string, number>
}

/** Subscriptions and deliveries in memory, gone with the process. */
export class MemoryWebhookStore implements WebhookStore {
  /** The changes that people made. */
  readonly audited: AuditedChange[] = []
  private readonly queues = new Map<string, Queue>()

  async subscriptions(): Promise<readonly WebhookSubscription[]> {
    const found = [...this.queues.values()].map(({subscription}) => subscription)
    return found.sort((a, b) => compareIds(a.id, b.id))
  }

  async subscription(id: string): Promise<WebhookSubscription | undefined> {
    return this.queues.get(id)?.subscription
  }

  async saveSubscription(subscription: WebhookSubscription, audit?: AuditedChange): Promise<void> {
    const known = this.queues.get(subscription.id)
    const {deliveries, claims} = known ?? {deliveries: new Map(), claims: new Map()}
    this.queues.set(subscription.id, {subscription, deliveries, claims})
    if (audit !== undefined) this.audited.push(audit)
  }

  async changeSubscription(
    id: string,
    change: (subscription: WebhookSubscription) => WebhookSubscription,
    audit?: (before: WebhookSubscription, after: WebhookSubscription) => AuditedChange,
  ): Promise<WebhookSubscription | undefined> {
    const known = this.queues.get(id)
    if (known === undefined) return undefined
    const changed = change(known.subscription)
    await this.saveSubscription(changed, audit?.(known.subscription, changed))
    return changed
  }

  async removeSubscription(
    id: string,
    audit?: (removed: WebhookSubscription) => AuditedChange,
  ): Promise<boolean> {
    const known = this.queues.get(id)
    if (known !== undefined && audit !== undefined) this.audited.push(audit(known.subscription))
    return this.queues.delete(id)
  }

  async enqueue(deliveries: readonly WebhookDelivery[]): Promise<void> {
    for (const delivery of deliveries) {
      const queue = this.queues.get(delivery.subscription)
      if (queue !== undefined && !queue.deliveries.has(delivery.id))
        queue.deliveries.set(delivery.id, delivery)
    }
  }

  async claim(subscription: string, now: WallTime, limit: number, leaseMs: number): Promise<Claim> {
    const queue = this.queues.get(subscription)
    if (queue === undefined) return {deliveries: [], nextDueAt: undefined}
    const free = [...queue.deliveries.values()]
      .filter(({id, dueAt}) => dueAt !== null && (queue.claims.get(id) ?? now) <= now)
      .sort((a, b) => (a.dueAt as number) - (b.dueAt as number) || compareIds(a.id, b.id))
    const due = free.filter(({dueAt}) => (dueAt as number) <= now).slice(0, limit)
    for (const {id} of due) queue.claims.set(id, now + leaseMs)
    return {deliveries: due, nextDueAt: free[due.length]?.dueAt ?? undefined}
  }

  async save(delivery: WebhookDelivery, audit?: AuditedChange): Promise<void> {
    const queue = this.queues.get(delivery.subscription)
    if (queue === undefined) return
    queue.deliveries.set(delivery.id, delivery)
    queue.claims.delete(delivery.id)
    if (audit !== undefined) this.audited.push(audit)
  }

  async delivery(subscription: string, id: string): Promise<WebhookDelivery | undefined> {
    return this.queues.get(subscription)?.deliveries.get(id)
  }

  async deliveries(
    subscription: string,
    status: DeliveryStatus | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<WebhookDelivery>> {
    const all = [...(this.queues.get(subscription)?.deliveries.values() ?? [])]
      .filter((delivery) => status === undefined || delivery.status === status)
      .sort((a, b) => b.createdAt - a.createdAt || compareIds(a.id, b.id))
    const start = cursor === undefined ? 0 : all.findIndex(({id}) => `after ${id}` === cursor) + 1
    if (cursor !== undefined && start === 0) throw new InvalidCursorError()
    const items = all.slice(start, start + limit)
    const more = start + limit < all.length
    return {items, cursor: more ? `after ${items.at(-1)?.id}` : undefined}
  }

  async pending(subscription: string): Promise<number> {
    const queued = this.queues.get(subscription)?.deliveries.values() ?? []
    return [...queued].filter(({status}) => status === 'pending').length
  }

  async expire(before: WallTime): Promise<number> {
    let dropped = 0
    for (const {deliveries} of this.queues.values())
      for (const {id, status, createdAt} of deliveries.values())
        if (status !== 'pending' && createdAt < before && deliveries.delete(id)) dropped++
    return dropped
  }
}
