import {randomBytes} from 'node:crypto'
import type {Actor} from '../../core/case/audit-record.js'
import type {WallTime} from '../../core/event/time.js'
import type {Page} from '../../engine/port/read-model.js'
import {
  TooManyWebhooksError,
  type WebhookAdmin,
  type WebhookChoice,
  WebhookUrlError,
  type WebhookWithSecret,
} from '../../engine/port/webhook-admin.js'
import type {DeliveryStatus, WebhookDelivery, WebhookSubscription} from '../../engine/port/webhook-store.js'
import {afterAttempt} from './after-attempt.js'
import {auditedRetry, auditedTest, auditedWebhook} from './audited-change.js'
import {Dispatcher, type DispatcherParts} from './dispatcher.js'
import {SECRET_BYTES, toSecret} from './signature.js'
import {allowedAddresses, hostOf, NameNotResolvedError, parseTarget} from './target.js'
import {testMessage} from './test-message.js'
import {WebhookFeed} from './webhook-feed.js'

/** With the connections of each, this bounds what is open at a time. */
const MAX_SUBSCRIPTIONS = 100

/** How long a finished delivery stays in the log: 30 days. */
const LOG_RETENTION_MS = 30 * 24 * 3_600_000

export interface WebhooksParts extends DispatcherParts {
  /** `urn:tripline:<namespace>`. */
  readonly source: string
  readonly pendingLimit?: number | undefined
  /** Hears what other processes that share the store have to know. */
  readonly onNotice?: ((notice: WebhookNotice) => void) | undefined
}

/** Something was queued for a subscription, or may be sent again; it was changed; it was removed. */
export interface WebhookNotice {
  readonly kind: 'queued' | 'changed' | 'removed'
  readonly id: string
}

/** Everything about webhooks: who subscribed, what is queued for them, and the sending. */
export class Webhooks implements WebhookAdmin {
  /** Takes what the outbox brings. */
  readonly feed: WebhookFeed
  private readonly dispatcher: Dispatcher

  constructor(private readonly parts: WebhooksParts) {
    const {store, clock, source, pendingLimit} = parts
    this.dispatcher = new Dispatcher(parts)
    this.feed = new WebhookFeed({
      ...{store, clock, source, pendingLimit},
      onQueued: (id) => this.tell({kind: 'queued', id}),
    })
  }

  start(): Promise<void> {
    return this.dispatcher.start()
  }

  stop(): Promise<void> {
    return this.dispatcher.stop()
  }

  /** Drops what has been in the delivery log for long enough. */
  async expire(): Promise<void> {
    await this.parts.store.expire((this.parts.clock.now() - LOG_RETENTION_MS) as WallTime)
  }

  /** How many messages wait, by subscription. */
  async backlog(): Promise<ReadonlyMap<string, number>> {
    const {store} = this.parts
    const found = await store.subscriptions()
    return new Map(await Promise.all(found.map(async ({id}) => [id, await store.pending(id)] as const)))
  }

  list(): Promise<readonly WebhookSubscription[]> {
    return this.parts.store.subscriptions()
  }

  get(id: string): Promise<WebhookSubscription | undefined> {
    return this.parts.store.subscription(id)
  }

  async create(by: Actor, choice: WebhookChoice): Promise<WebhookWithSecret> {
    const {store, clock} = this.parts
    const url = await this.checkedUrl(choice.url)
    if ((await store.subscriptions()).length >= MAX_SUBSCRIPTIONS)
      throw new TooManyWebhooksError(MAX_SUBSCRIPTIONS)
    const secret = newSecret()
    const subscription: WebhookSubscription = {
      ...choice,
      url,
      id: `wh_${randomBytes(12).toString('hex')}`,
      disabledBecause: null,
      secrets: [{value: secret, expiresAt: null}],
      createdAt: clock.now(),
    }
    await store.saveSubscription(subscription, auditedWebhook(by, 'webhook.create', null, subscription))
    return {subscription, secret}
  }

  async update(
    by: Actor,
    id: string,
    change: Partial<WebhookChoice>,
  ): Promise<WebhookSubscription | undefined> {
    const url = change.url === undefined ? {} : {url: await this.checkedUrl(change.url)}
    const enabled = change.enabled === true ? {disabledBecause: null} : {}
    const changed = await this.parts.store.changeSubscription(
      id,
      (before) => ({...before, ...change, ...url, ...enabled}),
      (before, after) => auditedWebhook(by, 'webhook.update', before, after),
    )
    if (changed !== undefined) this.tell({kind: 'changed', id})
    return changed
  }

  async remove(by: Actor, id: string): Promise<boolean> {
    const audit = (removed: WebhookSubscription) => auditedWebhook(by, 'webhook.remove', removed, null)
    const removed = await this.parts.store.removeSubscription(id, audit)
    if (removed) this.tell({kind: 'removed', id})
    return removed
  }

  async rotateSecret(by: Actor, id: string, overlapMs: number): Promise<WebhookWithSecret | undefined> {
    const {store, clock} = this.parts
    const secret = newSecret()
    const now = clock.now()
    const subscription = await store.changeSubscription(
      id,
      (before) => {
        // Of those before, only the newest goes on signing: two signatures, never more.
        const last = before.secrets.slice(0, 1).map(({value}) => {
          return {value, expiresAt: (now + overlapMs) as WallTime}
        })
        return {...before, secrets: [{value: secret, expiresAt: null}, ...(overlapMs > 0 ? last : [])]}
      },
      (before, after) => auditedWebhook(by, 'webhook.rotate_secret', before, after),
    )
    return subscription === undefined ? undefined : {subscription, secret}
  }

  async test(by: Actor, id: string): Promise<WebhookDelivery | undefined> {
    const {store, clock, source} = this.parts
    const subscription = await store.subscription(id)
    if (subscription === undefined) return undefined
    const message = testMessage(id, `test_${randomBytes(12).toString('hex')}`, source, clock.now())
    const outcome = await this.dispatcher.attempt(subscription, message)
    const tried = afterAttempt(message, outcome, 0)
    const done: WebhookDelivery = tried.status === 'pending' ? {...tried, status: 'dead', dueAt: null} : tried
    await store.save(done, auditedTest(by, done))
    return done
  }

  async deliveries(
    id: string,
    status: DeliveryStatus | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<WebhookDelivery> | undefined> {
    if ((await this.get(id)) === undefined) return undefined
    return this.parts.store.deliveries(id, status, limit, cursor)
  }

  async retry(by: Actor, id: string, deliveryId: string): Promise<WebhookDelivery | undefined> {
    const {store, clock} = this.parts
    const known = await store.delivery(id, deliveryId)
    if (known === undefined) return undefined
    const again: WebhookDelivery = {...known, status: 'pending', dueAt: clock.now(), tries: 0}
    await store.save(again, auditedRetry(by, known))
    this.tell({kind: 'queued', id})
    return again
  }

  /** Another process that shares the store says so. */
  heard({kind, id}: WebhookNotice): void {
    if (kind === 'queued') this.dispatcher.wake(id)
    else if (kind === 'changed') this.dispatcher.changed(id)
    else this.dispatcher.drop(id).catch(this.parts.onFailure)
  }

  private tell(notice: WebhookNotice): void {
    this.heard(notice)
    this.parts.onNotice?.(notice)
  }

  /** The URL in its normal form, if it leads where messages may be sent. Rejects with WebhookUrlError. */
  private async checkedUrl(text: string): Promise<string> {
    const {policy, resolve} = this.parts
    const url = parseTarget(text, policy)
    try {
      await allowedAddresses(hostOf(url), policy, resolve)
    } catch (error) {
      if (error instanceof NameNotResolvedError)
        throw new WebhookUrlError('the host name cannot be resolved; register the webhook when it can')
      throw error
    }
    return url.href
  }
}

function newSecret(): string {
  return toSecret(randomBytes(SECRET_BYTES))
}
