import type {WallTime} from '../../core/event/time.js'
import type {WebhookDelivery} from '../../engine/port/webhook-store.js'
import type {AttemptOutcome} from './post.js'
import {retryDelay} from './retry-schedule.js'

/** So many attempts of a delivery are kept, the newest. */
const ATTEMPTS_KEPT = 20

/** A delivery after one more attempt: delivered, to be tried again, or dead. */
export function afterAttempt(
  delivery: WebhookDelivery,
  outcome: AttemptOutcome,
  random: number,
): WebhookDelivery {
  const {retryAfterMs, ...attempt} = outcome
  const tries = delivery.tries + 1
  const attempts = [...delivery.attempts, attempt].slice(-ATTEMPTS_KEPT)
  const tried = {...delivery, tries, attempts}
  if (outcome.error === null) return {...tried, status: 'delivered', dueAt: null}
  const delay = outcome.error === 'gone' ? undefined : retryDelay(tries, random, retryAfterMs)
  if (delay === undefined) return {...tried, status: 'dead', dueAt: null}
  return {...tried, status: 'pending', dueAt: (outcome.at + outcome.durationMs + delay) as WallTime}
}
