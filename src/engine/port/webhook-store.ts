import type {AuditedChange} from '../../core/case/audit-record.js'
import type {CaseRecord} from '../../core/case/case-events.js'
import type {AlertRecord} from '../../core/decision/records.js'
import type {WallTime} from '../../core/event/time.js'
import type {Page} from './read-model.js'

/** A secret with which messages are signed. */
export interface WebhookSecret {
  /** `whsec_` and base64. */
  readonly value: string
  /** It signs until then; null for the newest, which signs until it is replaced. */
  readonly expiresAt: WallTime | null
}

export type WebhookEventType = AlertRecord['type'] | CaseRecord['type']

/** Whom alerts and cases are told, and which. */
export interface WebhookSubscription {
  readonly id: string
  readonly url: string
  readonly eventTypes: readonly WebhookEventType[]
  /** Alerts and cases of these severities and rules only; empty lets all through. */
  readonly severities: readonly AlertRecord['severity'][]
  readonly rules: readonly string[]
  /** A disabled one is told nothing; what waits for it goes on waiting. */
  readonly enabled: boolean
  /** Why the service disabled it: the receiver said that it is gone (410). */
  readonly disabledBecause: 'gone' | null
  /** The newest first. */
  readonly secrets: readonly WebhookSecret[]
  readonly createdAt: WallTime
}

export type DeliveryStatus = 'pending' | 'delivered' | 'dead'

/** One request that was made, and what came of it. */
export interface DeliveryAttempt {
  readonly at: WallTime
  readonly durationMs: number
  /** HTTP status; null without an answer. */
  readonly status: number | null
  /** A stable code; null if it was delivered. */
  readonly error: string | null
}

/** A message on its way to a subscriber, and what became of it: queue, delivery log and dead letter in one. */
export interface WebhookDelivery {
  readonly subscription: string
  /** The `webhook-id`: the same over all attempts, and however often the message is queued. */
  readonly id: string
  readonly type: string
  /** What is sent, byte for byte the same each time. */
  readonly body: string
  /** W3C Trace Context of what the message tells of. */
  readonly traceparent?: string | undefined
  readonly createdAt: WallTime
  readonly status: DeliveryStatus
  /** When it is to be tried; null once it is not. */
  readonly dueAt: WallTime | null
  /** Attempts since it was queued, or since somebody asked to try again. */
  readonly tries: number
  /** The newest attempts, in order. */
  readonly attempts: readonly DeliveryAttempt[]
}

/** Deliveries to be tried now. */
export interface Claim {
  readonly deliveries: readonly WebhookDelivery[]
  /** When the next delivery that is not claimed is due; undefined if none waits. May be past. */
  readonly nextDueAt: WallTime | undefined
}

/**
 * Subscriptions, and the durable queue of what they are told. What a method resolved for survives a crash of the process.
 * Where a person made a change, its audit record is written with it: both are there, or neither is.
 */
export interface WebhookStore {
  /** By id. */
  subscriptions(): Promise<readonly WebhookSubscription[]>
  subscription(id: string): Promise<WebhookSubscription | undefined>
  /** Adds it, or puts it in the place of the one with its id. */
  saveSubscription(subscription: WebhookSubscription, audit?: AuditedChange): Promise<void>
  /**
   * Puts what `change` makes of a subscription in its place; nothing else changes it in between. Gives the result;
   * undefined if there is none of that id. `change` may be asked more than once.
   */
  changeSubscription(
    id: string,
    change: (subscription: WebhookSubscription) => WebhookSubscription,
    audit?: (before: WebhookSubscription, after: WebhookSubscription) => AuditedChange,
  ): Promise<WebhookSubscription | undefined>
  /** Removes it and all its deliveries. Returns whether there was one. */
  removeSubscription(id: string, audit?: (removed: WebhookSubscription) => AuditedChange): Promise<boolean>
  /** Adds deliveries, all or none. One whose subscription and id are known, or whose subscription is not there, is passed over. */
  enqueue(deliveries: readonly WebhookDelivery[]): Promise<void>
  /**
   * Takes up to `limit` pending deliveries that are due, the earliest first, for the caller alone: until it saves them,
   * or the process ends, or `leaseMs` have passed.
   */
  claim(subscription: string, now: WallTime, limit: number, leaseMs: number): Promise<Claim>
  /** Writes what became of a delivery, and frees it. Without effect if its subscription was removed. */
  save(delivery: WebhookDelivery, audit?: AuditedChange): Promise<void>
  delivery(subscription: string, id: string): Promise<WebhookDelivery | undefined>
  /** The newest first. Rejects with InvalidCursorError for a cursor it did not give. */
  deliveries(
    subscription: string,
    status: DeliveryStatus | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<WebhookDelivery>>
  /** How many deliveries of a subscription are pending. */
  pending(subscription: string): Promise<number>
  /** Drops deliveries that are not pending and were queued before `before`. Returns how many. */
  expire(before: WallTime): Promise<number>
}
