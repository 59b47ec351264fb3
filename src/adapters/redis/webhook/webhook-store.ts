import {randomUUID} from 'node:crypto'
import type {AuditedChange} from '../../../core/case/audit-record.js'
import {compareIds} from '../../../core/event/order.js'
import type {WallTime} from '../../../core/event/time.js'
import type {Page} from '../../../engine/port/read-model.js'
import type {
  Claim,
  DeliveryStatus,
  WebhookDelivery,
  WebhookStore,
  WebhookSubscription,
} from '../../../engine/port/webhook-store.js'
import type {RedisAuditTrail} from '../desk/audit-trail.js'
import {parsed, readValues, type StampedValue, stamped} from '../guarded-values.js'
import {deskKeys, idOf, idText, type Keyspace, type QueueKeys, queueKeys} from '../keyspace.js'
import {listPage} from '../list-page.js'
import {decodeCursor} from '../place.js'
import type {RedisConnection} from '../redis-connection.js'
import type {WriteList} from '../write-list.js'
import {deliveryPlace, deliveryRows, parseDelivery} from './delivery-rows.js'
import {expireDeliveries} from './expire-deliveries.js'
import {CLAIM, ENQUEUE, RELEASE, SAVE} from './queue-scripts.js'

/** Time and id of a delivery. */
const DELIVERY_PLACE = /^\d{16}.*$/s

/** So many finished deliveries of a subscription are kept: they lie in memory. */
const LOG_LIMIT = 10_000

/**
 * Subscriptions and deliveries in Redis, all on one hash tag: alerts are few. One store of many sends to a receiver at a
 * time, and what an earlier one writes after it was given up is refused.
 */
export class RedisWebhookStore implements WebhookStore {
  /** Drawn at random: who sends. */
  private readonly sender = randomUUID()
  /** Number of the claim of each delivery that this one has taken. */
  private readonly claims = new Map<string, string>()
  private readonly keys: ReturnType<typeof deskKeys>

  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
    private readonly trail: RedisAuditTrail,
  ) {
    this.keys = deskKeys(keyspace)
  }

  async subscriptions(): Promise<readonly WebhookSubscription[]> {
    const ids = (await this.connection.attempt((client) => client.smembers(this.keys.subscriptions))).map(
      idOf,
    )
    const values = await readValues(
      this.connection,
      ids.sort(compareIds).map((id) => this.keys.subscription(id)),
    )
    return values.flatMap((value) => parsed<WebhookSubscription>(value) ?? [])
  }

  async subscription(id: string): Promise<WebhookSubscription | undefined> {
    return parsed<WebhookSubscription>(await this.value(id))
  }

  async saveSubscription(subscription: WebhookSubscription, audit?: AuditedChange): Promise<void> {
    const {id} = subscription
    for (;;) {
      const value = await this.value(id)
      if (await this.write(id, value, subscription, audit)) return
    }
  }

  async changeSubscription(
    id: string,
    change: (subscription: WebhookSubscription) => WebhookSubscription,
    audit?: (before: WebhookSubscription, after: WebhookSubscription) => AuditedChange,
  ): Promise<WebhookSubscription | undefined> {
    for (;;) {
      const value = await this.value(id)
      const before = parsed<WebhookSubscription>(value)
      if (before === undefined) return undefined
      const after = change(before)
      if (await this.write(id, value, after, audit?.(before, after))) return after
    }
  }

  async removeSubscription(
    id: string,
    audit?: (removed: WebhookSubscription) => AuditedChange,
  ): Promise<boolean> {
    for (;;) {
      const value = await this.value(id)
      const known = parsed<WebhookSubscription>(value)
      if (known === undefined) return false
      const isDone = await this.writeGuarded(id, value, audit?.(known), (writes) => {
        const {subscription, subscriptions} = this.keys
        for (const key of [subscription(id), ...Object.values(this.queueOf(id))]) writes.add('UNLINK', key)
        writes.add('SREM', subscriptions, idText(id))
      })
      if (isDone) return true
    }
  }

  async enqueue(deliveries: readonly WebhookDelivery[]): Promise<void> {
    if (deliveries.length === 0) return
    const keys: string[] = []
    const first = new Map<string, number>()
    const args = deliveries.flatMap((delivery) => {
      const {subscription} = delivery
      if (!first.has(subscription)) {
        first.set(subscription, keys.length + 1)
        keys.push(...this.queueAndSubscription(subscription))
      }
      return [first.get(subscription) ?? 0, ...this.written(delivery)]
    })
    await this.connection.attempt((client) => ENQUEUE.run(client, keys, args))
  }

  async claim(subscription: string, now: WallTime, limit: number, leaseMs: number): Promise<Claim> {
    const keys = [...this.queueAndSubscription(subscription), this.keys.claims]
    const [reply] = await this.connection.attempt((client) =>
      CLAIM.run(client, keys, [this.sender, now, limit, now + leaseMs]),
    )
    const [nextDueAt = '', ...found] = reply as readonly string[]
    const deliveries: WebhookDelivery[] = []
    for (let i = 0; i < found.length; i += 2) {
      const delivery = parseDelivery(found[i + 1])
      if (delivery === undefined) continue
      this.claims.set(nameOf(delivery), found[i] as string)
      deliveries.push(delivery)
    }
    return {deliveries, nextDueAt: nextDueAt === '' ? undefined : (Number(nextDueAt) as WallTime)}
  }

  async save(delivery: WebhookDelivery, audit?: AuditedChange): Promise<void> {
    const {subscription} = delivery
    const name = nameOf(delivery)
    // What a person asks for holds, whoever has taken the delivery; what is under way then counts no more.
    const claim = audit === undefined ? (this.claims.get(name) ?? '') : ''
    this.claims.delete(name)
    // What a message says changes only where it tells of a forgotten user, maybe while it was under way.
    const {body} = (await this.delivery(subscription, delivery.id)) ?? delivery
    const [id, ...rest] = this.written({...delivery, body})
    const told = audit === undefined ? undefined : this.trail.entry(audit)
    const keys = [...this.queueAndSubscription(subscription), ...(told?.keys ?? [])]
    const args = [id as string, claim, ...rest, ...(told === undefined ? [] : [told.text])]
    await this.connection.attempt((client) => SAVE.run(client, keys, args))
  }

  async delivery(subscription: string, id: string): Promise<WebhookDelivery | undefined> {
    const {deliveries} = this.queueOf(subscription)
    return parseDelivery(await this.connection.attempt((client) => client.hget(deliveries, idText(id))))
  }

  async deliveries(
    subscription: string,
    status: DeliveryStatus | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<WebhookDelivery>> {
    const after =
      cursor === undefined ? undefined : decodeCursor('webhook-deliveries', cursor, DELIVERY_PLACE)
    const from = after === undefined ? '-' : `(${after}`
    const rows = deliveryRows(this.connection, this.queueOf(subscription), from)
    const accepts = (delivery: WebhookDelivery) => status === undefined || delivery.status === status
    return listPage('webhook-deliveries', rows, accepts, limit)
  }

  async pending(subscription: string): Promise<number> {
    const {waiting, taken} = this.queueOf(subscription)
    const counts = await this.connection.attempt((client) =>
      Promise.all([client.zcard(waiting), client.zcard(taken)]),
    )
    return counts[0] + counts[1]
  }

  /** Of each subscription the newest finished ones are kept, up to a limit. */
  async expire(before: WallTime): Promise<number> {
    let dropped = 0
    for (const {id} of await this.subscriptions())
      dropped += await expireDeliveries(this.connection, this.queueOf(id), before, LOG_LIMIT)
    return dropped
  }

  /** Sends no more: whoever else can goes on at once. */
  async release(): Promise<void> {
    for (const {id} of await this.subscriptions())
      await this.connection.attempt((client) =>
        RELEASE.run(client, Object.values(this.queueOf(id)), [this.sender]),
      )
  }

  private async value(id: string): Promise<StampedValue> {
    const [value] = (await readValues(this.connection, [this.keys.subscription(id)])) as [StampedValue]
    return value
  }

  private write(
    id: string,
    value: StampedValue,
    subscription: WebhookSubscription,
    audit: AuditedChange | undefined,
  ): Promise<boolean> {
    return this.writeGuarded(id, value, audit, (writes) => {
      writes.add('SET', this.keys.subscription(id), stamped(value, JSON.stringify(subscription)))
      writes.add('SADD', this.keys.subscriptions, idText(id))
    })
  }

  private writeGuarded(
    id: string,
    value: StampedValue,
    audit: AuditedChange | undefined,
    fill: (writes: WriteList) => void,
  ): Promise<boolean> {
    const read = new Map([[this.keys.subscription(id), value]])
    return this.trail.writeWith(audit === undefined ? [] : [audit], read, fill)
  }

  /** A delivery as scripts take it: id, when it is due, place, text. */
  private written(delivery: WebhookDelivery): readonly (string | number)[] {
    return [idText(delivery.id), delivery.dueAt ?? '', deliveryPlace(delivery), JSON.stringify(delivery)]
  }

  private queueOf(subscription: string): QueueKeys {
    return queueKeys(this.keyspace, subscription)
  }

  private queueAndSubscription(id: string): readonly string[] {
    return [...Object.values(this.queueOf(id)), this.keys.subscription(id)]
  }
}

function nameOf({subscription, id}: Pick<WebhookDelivery, 'subscription' | 'id'>): string {
  return JSON.stringify([subscription, id])
}
