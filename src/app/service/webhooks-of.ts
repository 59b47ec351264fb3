import {ATTEMPT_TIMEOUT_MS} from '../../adapters/webhook/post.js'
import {resolveBySystem} from '../../adapters/webhook/target.js'
import {SYSTEM_TIMERS} from '../../adapters/webhook/timers.js'
import {Webhooks, type WebhooksParts} from '../../adapters/webhook/webhooks.js'
import {eventSource} from '../../core/decision/cloud-event.js'
import type {Config} from '../config/config.js'

/** The webhooks of an installation: real time, real randomness, the system's names. */
export function webhooksOf(
  {namespace, webhooks}: Config,
  parts: Pick<WebhooksParts, 'store' | 'clock' | 'onFailure' | 'onAttempt' | 'trace' | 'onNotice'>,
): Webhooks {
  return new Webhooks({
    ...parts,
    timers: SYSTEM_TIMERS,
    random: Math.random,
    resolve: resolveBySystem,
    policy: webhooks,
    timeoutMs: ATTEMPT_TIMEOUT_MS,
    source: eventSource(namespace),
  })
}
