import type {Agent, Dispatcher} from 'undici'
import {CLOUD_EVENT_MEDIA_TYPE} from '../../core/decision/cloud-event.js'
import type {WallTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import {WebhookUrlError} from '../../engine/port/webhook-admin.js'
import type {DeliveryAttempt, WebhookDelivery, WebhookSubscription} from '../../engine/port/webhook-store.js'
import {parseRetryAfter} from './retry-schedule.js'
import {signaturesOf} from './signature.js'
import {NameNotResolvedError, parseTarget, type TargetPolicy} from './target.js'

export const ATTEMPT_TIMEOUT_MS = 15_000

/** Of an answer no more is read; none of it is kept. */
const ANSWER_LIMIT_BYTES = 64 * 1024

/** What came of one attempt. */
export interface AttemptOutcome extends DeliveryAttempt {
  /** How long the receiver asked to be left alone, in ms. */
  readonly retryAfterMs: number | undefined
}

export interface ReceiverOptions {
  readonly clock: Clock
  readonly agent: Agent
  readonly policy: TargetPolicy
  /** For the whole attempt, from the name's resolution to the end of the answer. */
  readonly timeoutMs: number
}

/** Posts a message to its subscriber, once. Never rejects: what went wrong is part of the outcome. */
export async function post(
  {url, secrets}: WebhookSubscription,
  delivery: WebhookDelivery,
  traceparent: string | undefined,
  {clock, agent, policy, timeoutMs}: ReceiverOptions,
): Promise<AttemptOutcome> {
  const at = clock.now()
  const ended = AbortSignal.timeout(timeoutMs)
  const outcome = (status: number | null, error: string | null, retryAfterMs?: number): AttemptOutcome => {
    return {at, durationMs: Math.max(0, clock.now() - at), status, error, retryAfterMs}
  }
  try {
    // Settings may have changed since it was registered.
    const {origin, pathname, search} = parseTarget(url, policy)
    const answer = await agent.request({
      ...{origin, path: pathname + search, method: 'POST', body: delivery.body, signal: ended},
      headers: headersOf(delivery, secrets, at, traceparent),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    })
    await drain(answer)
    const {statusCode} = answer
    if (statusCode >= 200 && statusCode < 300) return outcome(statusCode, null)
    return outcome(statusCode, errorOfStatus(statusCode), parseRetryAfter(headerOf(answer), clock.now()))
  } catch (error) {
    return outcome(null, ended.aborted ? 'timeout' : errorCode(error))
  }
}

function headersOf(
  {id, body}: WebhookDelivery,
  secrets: WebhookSubscription['secrets'],
  now: WallTime,
  traceparent: string | undefined,
): {[name: string]: string} {
  const timestamp = Math.floor(now / 1000)
  return {
    'content-type': CLOUD_EVENT_MEDIA_TYPE,
    'user-agent': 'tripline-webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signaturesOf({id, timestamp, body}, secrets, now),
    ...(traceparent === undefined ? {} : {traceparent}),
  }
}

/** The message counts as received with the status: an answer that then breaks off, or goes on for ever, changes nothing. */
async function drain({body}: Dispatcher.ResponseData): Promise<void> {
  await body.dump({limit: ANSWER_LIMIT_BYTES}).catch(() => undefined)
}

function headerOf({headers}: Dispatcher.ResponseData): string | undefined {
  const value = headers['retry-after']
  return Array.isArray(value) ? value[0] : value
}

function errorOfStatus(status: number): string {
  if (status === 410) return 'gone'
  return status >= 300 && status < 400 ? 'redirect' : 'http_status'
}

function errorCode(error: unknown): string {
  if (error instanceof WebhookUrlError) return 'target_refused'
  if (error instanceof NameNotResolvedError) return 'name_not_resolved'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'timeout'
  return /CERT|TLS|SSL|SELF_SIGNED|ISSUER|ALTNAME/.test(code) ? 'tls_failed' : 'connection_failed'
}
