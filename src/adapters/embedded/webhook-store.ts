import type {AuditedChange} from '../../core/case/audit-record.js'
import {compareIds} from '../../core/event/order.js'
import type {WallTime} from '../../core/event/time.js'
import type {ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import type {Page} from '../../engine/port/read-model.js'
import type {
  Claim,
  DeliveryStatus,
  WebhookDelivery,
  WebhookStore,
  WebhookSubscription,
} from '../../engine/port/webhook-store.js'
import type {AuditTrail} from './audit-trail.js'
import {decodeCursor} from './cursor.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {Exclusive} from './exclusive.js'
import {
  afterNumber,
  deliveryPlacePrefix,
  deliveryPrefix,
  numberOf,
  under,
  WEBHOOKS,
  waitingPrefix,
  webhookKey,
} from './keyspace.js'
import {readPage} from './page.js'
import {deliveryRows, keysQueuedBefore, parseDelivery, redactedDelivery} from './webhook-rows.js'
import {deliveryKey, replacing} from './webhook-writes.js'

/** Rows that are read, or dropped, at once. */
const CHUNK = 200

/** Time and id of a delivery. */
const DELIVERY_PLACE = /^[0-9a-f]{14}[^/]*\/$/

interface Queue {
  subscription: WebhookSubscription
  pending: number
  /** Until when a delivery is somebody's. Only this process has the database open: a restart frees all. */
  readonly claims: Map<string, number>
}

/** Subscriptions and deliveries on local disk. */
export class EmbeddedWebhookStore implements WebhookStore {
  private readonly queues = new Map<string, Queue>()
  /** Writes look at what is there first. */
  private readonly writing = new Exclusive()

  private constructor(
    private readonly database: EmbeddedDatabase,
    private readonly trail: AuditTrail,
  ) {}

  static async open(database: EmbeddedDatabase, trail: AuditTrail): Promise<EmbeddedWebhookStore> {
    const store = new EmbeddedWebhookStore(database, trail)
    for (const text of await database.level.values(under(WEBHOOKS)).all()) {
      const subscription = JSON.parse(text) as WebhookSubscription
      let pending = 0
      for await (const _ of database.level.keys(under(waitingPrefix(subscription.id)))) pending++
      store.queues.set(subscription.id, {subscription, pending, claims: new Map()})
    }
    return store
  }

  async subscriptions(): Promise<readonly WebhookSubscription[]> {
    const found = [...this.queues.values()].map(({subscription}) => subscription)
    return found.sort((a, b) => compareIds(a.id, b.id))
  }

  async subscription(id: string): Promise<WebhookSubscription | undefined> {
    return this.queues.get(id)?.subscription
  }

  saveSubscription(subscription: WebhookSubscription, audit?: AuditedChange): Promise<void> {
    return this.writing.run(() => this.write(subscription, audit))
  }

  changeSubscription(
    id: string,
    change: (subscription: WebhookSubscription) => WebhookSubscription,
    audit?: (before: WebhookSubscription, after: WebhookSubscription) => AuditedChange,
  ): Promise<WebhookSubscription | undefined> {
    return this.writing.run(async () => {
      const known = this.queues.get(id)
      if (known === undefined) return undefined
      const changed = change(known.subscription)
      await this.write(changed, audit?.(known.subscription, changed))
      return changed
    })
  }

  private async write(subscription: WebhookSubscription, audit: AuditedChange | undefined): Promise<void> {
    const {id} = subscription
    await this.store([{type: 'put', key: webhookKey(id), value: JSON.stringify(subscription)}], audit)
    const known = this.queues.get(id)
    if (known === undefined) this.queues.set(id, {subscription, pending: 0, claims: new Map()})
    else known.subscription = subscription
  }

  removeSubscription(id: string, audit?: (removed: WebhookSubscription) => AuditedChange): Promise<boolean> {
    return this.writing.run(async () => {
      const known = this.queues.get(id)
      if (known === undefined) return false
      const {level} = this.database
      // Before the subscription: what a crash leaves is a subscription that has lost deliveries, and can be removed again.
      for (const prefix of [waitingPrefix(id), deliveryPlacePrefix(id), deliveryPrefix(id)])
        await level.clear(under(prefix))
      await this.store([{type: 'del', key: webhookKey(id)}], audit?.(known.subscription))
      return this.queues.delete(id)
    })
  }

  enqueue(deliveries: readonly WebhookDelivery[]): Promise<void> {
    return this.writing.run(async () => {
      const fresh = await this.unknown(deliveries)
      await this.database.level.batch(fresh.flatMap((delivery) => replacing(undefined, delivery)))
      for (const {subscription, dueAt} of fresh) {
        const queue = this.queues.get(subscription)
        if (queue !== undefined && dueAt !== null) queue.pending++
      }
    })
  }

  /** The first of each subscription and id, where that is not stored. */
  private async unknown(deliveries: readonly WebhookDelivery[]): Promise<readonly WebhookDelivery[]> {
    const wanted = new Map<string, WebhookDelivery>()
    for (const delivery of deliveries) {
      const key = deliveryKey(delivery)
      if (this.queues.has(delivery.subscription) && !wanted.has(key)) wanted.set(key, delivery)
    }
    const stored = await this.database.level.getMany([...wanted.keys()])
    return [...wanted.values()].filter((_, i) => stored[i] === undefined)
  }

  claim(subscription: string, now: WallTime, limit: number, leaseMs: number): Promise<Claim> {
    // Alone: a read that began before a delivery was saved would find it where it was.
    return this.writing.run(async () => {
      const queue = this.queues.get(subscription)
      const claimed: string[] = []
      let nextDueAt: WallTime | undefined
      const prefix = waitingPrefix(subscription)
      for await (const key of this.database.level.keys(under(prefix))) {
        const place = key.slice(prefix.length)
        const delivery = deliveryPrefix(subscription) + afterNumber(place)
        if ((queue?.claims.get(delivery) ?? now) > now) continue
        const dueAt = numberOf(place) as WallTime
        if (dueAt > now || claimed.length >= limit) {
          nextDueAt = dueAt
          break
        }
        queue?.claims.set(delivery, now + leaseMs)
        claimed.push(delivery)
      }
      const texts = await this.database.level.getMany(claimed)
      return {deliveries: texts.flatMap((text) => parseDelivery(text) ?? []), nextDueAt}
    })
  }

  save(delivery: WebhookDelivery, audit?: AuditedChange): Promise<void> {
    return this.writing.run(async () => {
      const queue = this.queues.get(delivery.subscription)
      if (queue === undefined) return
      const key = deliveryKey(delivery)
      const before = parseDelivery(await this.database.level.get(key))
      // What a message says changes by `redact` only, maybe while it was under way.
      const writes = replacing(before, before === undefined ? delivery : {...delivery, body: before.body})
      // What an attempt brought need not reach the disk at once: at worst, the message is sent again.
      if (audit === undefined) await this.database.level.batch(writes)
      else await this.store(writes, audit)
      queue.pending += waits(delivery) - waits(before)
      queue.claims.delete(key)
    })
  }

  /** Takes out of all messages what tells of a forgotten user. Those that wait are sent without it. */
  redact(user: ForgottenUser): Promise<void> {
    return this.writing.run(async () => {
      for (const id of this.queues.keys())
        for await (const [key, text] of this.database.level.iterator(under(deliveryPrefix(id)))) {
          const redacted = redactedDelivery(text, user)
          if (redacted !== undefined) await this.database.level.put(key, redacted)
        }
    })
  }

  async delivery(subscription: string, id: string): Promise<WebhookDelivery | undefined> {
    return parseDelivery(await this.database.level.get(deliveryKey({subscription, id})))
  }

  async deliveries(
    subscription: string,
    status: DeliveryStatus | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<WebhookDelivery>> {
    const after =
      cursor === undefined ? undefined : decodeCursor('webhook-deliveries', cursor, DELIVERY_PLACE)
    const accepts = (delivery: WebhookDelivery) => status === undefined || delivery.status === status
    return readPage(
      'webhook-deliveries',
      deliveryRows(this.database.level, subscription, after),
      accepts,
      limit,
    )
  }

  async pending(subscription: string): Promise<number> {
    return this.queues.get(subscription)?.pending ?? 0
  }

  async expire(before: WallTime): Promise<number> {
    let dropped = 0
    for (const id of this.queues.keys()) dropped += await this.expireOf(id, before)
    return dropped
  }

  /** What people change is on disk before it counts. */
  private async store(writes: Writes, audit: AuditedChange | undefined): Promise<void> {
    if (audit === undefined) await this.database.level.batch(writes, {sync: true})
    else await this.trail.write(audit, writes)
  }

  private async expireOf(subscription: string, before: WallTime): Promise<number> {
    const {level} = this.database
    const gone = await keysQueuedBefore(level, subscription, before)
    let dropped = 0
    for (let i = 0; i < gone.length; i += CHUNK) {
      dropped += await this.writing.run(async () => {
        const found = (await level.getMany(gone.slice(i, i + CHUNK))).flatMap(
          (text) => parseDelivery(text) ?? [],
        )
        const finished = found.filter(({status}) => status !== 'pending')
        const writes: Writes = finished.flatMap((delivery) => replacing(delivery, undefined))
        await level.batch(writes)
        return finished.length
      })
    }
    return dropped
  }
}

/** 1 if the delivery waits to be tried. */
function waits(delivery: WebhookDelivery | undefined): number {
  return delivery?.dueAt == null ? 0 : 1
}
