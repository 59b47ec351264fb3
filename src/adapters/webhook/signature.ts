import {createHmac} from 'node:crypto'
import type {WallTime} from '../../core/event/time.js'
import type {WebhookSecret} from '../../engine/port/webhook-store.js'

/*
 * Standard Webhooks, symmetric signatures: https://github.com/standard-webhooks/standard-webhooks
 */

const PREFIX = 'whsec_'
export const SECRET_BYTES = 32

/** Writes random bytes (24 to 64 of them) as a secret. */
export function toSecret(bytes: Uint8Array): string {
  return PREFIX + Buffer.from(bytes).toString('base64')
}

export interface SignedMessage {
  readonly id: string
  /** Seconds since the epoch. */
  readonly timestamp: number
  readonly body: string
}

/** One signature for each secret that is in force, the newest first. */
export function signaturesOf(
  message: SignedMessage,
  secrets: readonly WebhookSecret[],
  now: WallTime,
): string {
  return secrets
    .filter(({expiresAt}) => expiresAt === null || expiresAt > now)
    .map(({value}) => `v1,${signature(message, value)}`)
    .join(' ')
}

function signature({id, timestamp, body}: SignedMessage, secret: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
}
