import {type CaseEvent, toCaseEvent} from '../../core/case/case-cloud-event.js'
import type {CaseRecord} from '../../core/case/case-events.js'
import {type AlertEvent, alertEventId, toAlertEvent} from '../../core/decision/cloud-event.js'
import type {AlertRecord} from '../../core/decision/records.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Publisher} from '../../engine/port/publisher.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import type {WebhookDelivery, WebhookStore, WebhookSubscription} from '../../engine/port/webhook-store.js'

/** So many messages may wait for one receiver; what comes on top is a dead letter at once, and can be sent by hand. */
const PENDING_LIMIT = 100_000

export interface WebhookFeedParts {
  readonly store: WebhookStore
  readonly clock: Clock
  /** `urn:tripline:<namespace>`. */
  readonly source: string
  /** Something was queued for a subscription. */
  readonly onQueued: (subscription: string) => void
  /** Default 100,000. */
  readonly pendingLimit?: number | undefined
}

/**
 * Queues what an outbox entry says for everyone who subscribed to it. The entry is removed only when that is done: a crash in
 * between brings it again, and what was queued already is known by its id.
 */
export class WebhookFeed implements Publisher {
  constructor(private readonly parts: WebhookFeedParts) {}

  async publish({alerts, traces}: OutboxEntry): Promise<void> {
    const {source} = this.parts
    // Shadow rules are being tried out: their alerts are for other outputs.
    const told = alerts.filter(({mode}) => mode === 'live')
    await this.queue(
      told.map((alert) => {
        const event = toAlertEvent(alert, source, traces?.[alertEventId(alert)])
        return {event, severity: alert.severity, rules: [alert.rule.id]}
      }),
    )
  }

  /** Queues what happened to cases, in the same way. */
  publishCases(records: readonly CaseRecord[]): Promise<void> {
    const {source} = this.parts
    return this.queue(
      records.map((record) => {
        return {event: toCaseEvent(record, source), severity: record.severity, rules: record.rules}
      }),
    )
  }

  private async queue(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return
    const {store, clock, onQueued, pendingLimit = PENDING_LIMIT} = this.parts
    const now = clock.now()
    const queued = new Map<string, WebhookDelivery[]>()
    for (const subscription of await store.subscriptions()) {
      const wanted = messages.filter((message) => wants(subscription, message))
      if (wanted.length === 0) continue
      let room = pendingLimit - (await store.pending(subscription.id))
      const deliveries = wanted.map(({event}): WebhookDelivery => {
        const fits = room-- > 0
        return {
          subscription: subscription.id,
          id: event.id,
          type: event.type,
          body: JSON.stringify(event),
          ...('traceparent' in event ? {traceparent: event.traceparent} : {}),
          createdAt: now,
          status: fits ? 'pending' : 'dead',
          dueAt: fits ? now : null,
          tries: 0,
          attempts: fits ? [] : [{at: now, durationMs: 0, status: null, error: 'queue_full'}],
        }
      })
      queued.set(subscription.id, deliveries)
    }
    if (queued.size === 0) return
    await store.enqueue([...queued.values()].flat())
    for (const id of queued.keys()) onQueued(id)
  }
}

/** Something to tell, and what subscriptions choose by. */
interface Message {
  readonly event: AlertEvent | CaseEvent
  readonly severity: AlertRecord['severity']
  readonly rules: readonly string[]
}

function wants(
  {enabled, eventTypes, severities, rules}: WebhookSubscription,
  {event, severity, rules: raisedBy}: Message,
): boolean {
  if (!enabled || !eventTypes.includes(event.type)) return false
  if (severities.length > 0 && !severities.includes(severity)) return false
  return rules.length === 0 || raisedBy.some((rule) => rules.includes(rule))
}
