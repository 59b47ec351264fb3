import type {Actor, AuditedChange} from '../../core/case/audit-record.js'
import {formatTime} from '../../core/event/time.js'
import type {WebhookDelivery, WebhookSubscription} from '../../engine/port/webhook-store.js'

/** The audit record of a change to a subscription. It holds no secrets, but says until when each of them signs. */
export function auditedWebhook(
  actor: Actor,
  action: string,
  before: WebhookSubscription | null,
  after: WebhookSubscription | null,
): AuditedChange {
  const id = (after ?? before)?.id ?? ''
  return {actor, action, subject: {type: 'webhook', id}, before: shown(before), after: shown(after)}
}

/** Somebody asked to send a message again. */
export function auditedRetry(
  actor: Actor,
  {subscription, id, status, tries}: WebhookDelivery,
): AuditedChange {
  const subject = {type: 'webhook_delivery', id: `${subscription}/${id}`}
  const [before, after] = [
    {status, tries},
    {status: 'pending', tries: 0},
  ]
  return {actor, action: 'webhook.retry', subject, before, after}
}

/** Somebody had a test message sent: with what came of it. */
export function auditedTest(actor: Actor, {subscription, id, status}: WebhookDelivery): AuditedChange {
  const subject = {type: 'webhook_delivery', id: `${subscription}/${id}`}
  return {actor, action: 'webhook.test', subject, before: null, after: {status}}
}

function shown(subscription: WebhookSubscription | null): AuditedChange['before'] {
  if (subscription === null) return null
  const {url, eventTypes, severities, rules, enabled, disabledBecause, secrets} = subscription
  return {
    url,
    event_types: [...eventTypes],
    filter: {severity: [...severities], rule: [...rules]},
    enabled,
    disabled_because: disabledBecause,
    secrets_expire_at: secrets.map(({expiresAt}) => (expiresAt === null ? null : formatTime(expiresAt))),
  }
}
