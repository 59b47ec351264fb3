import type {Actor} from '../../core/case/audit-record.js'
import type {Page} from './read-model.js'
import type {DeliveryStatus, WebhookDelivery, WebhookSubscription} from './webhook-store.js'

/** What can be chosen about a subscription. */
export type WebhookChoice = Pick<
  WebhookSubscription,
  'url' | 'eventTypes' | 'severities' | 'rules' | 'enabled'
>

/** A subscription with the secret that was just made, which is told this once. */
export interface WebhookWithSecret {
  readonly subscription: WebhookSubscription
  readonly secret: string
}

/** Manages subscriptions; `by` says who asks for a change. What is asked of a subscription or delivery that is not there gives undefined. */
export interface WebhookAdmin {
  list(): Promise<readonly WebhookSubscription[]>
  get(id: string): Promise<WebhookSubscription | undefined>
  /** Rejects with WebhookUrlError or TooManyWebhooksError. */
  create(by: Actor, choice: WebhookChoice): Promise<WebhookWithSecret>
  /** Rejects with WebhookUrlError. */
  update(by: Actor, id: string, change: Partial<WebhookChoice>): Promise<WebhookSubscription | undefined>
  remove(by: Actor, id: string): Promise<boolean>
  /** Makes a new secret; the one before it signs too for `overlapMs`. */
  rotateSecret(by: Actor, id: string, overlapMs: number): Promise<WebhookWithSecret | undefined>
  /** Sends a test message, once, and gives what came of it. */
  test(by: Actor, id: string): Promise<WebhookDelivery | undefined>
  /** The newest first. Rejects with InvalidCursorError. */
  deliveries(
    id: string,
    status: DeliveryStatus | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<WebhookDelivery> | undefined>
  /** Puts a message in the queue again, to be sent at once, with all its attempts before it. */
  retry(by: Actor, id: string, delivery: string): Promise<WebhookDelivery | undefined>
}

/** Messages cannot or must not be sent to that URL. */
export class WebhookUrlError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WebhookUrlError'
  }
}

export class TooManyWebhooksError extends Error {
  constructor(limit: number) {
    super(`there are ${limit} webhooks already; remove one that is not needed`)
    this.name = 'TooManyWebhooksError'
  }
}
