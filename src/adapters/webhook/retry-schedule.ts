import type {WallTime} from '../../core/event/time.js'

const S = 1000
const M = 60 * S
const H = 60 * M

/** Waiting times in ms after the first, second … failed attempt. After the last of them a message is a dead letter. */
export const RETRY_DELAYS: readonly number[] = [
  5 * S,
  5 * M,
  30 * M,
  2 * H,
  5 * H,
  10 * H,
  14 * H,
  20 * H,
  24 * H,
]

/** A receiver cannot ask for more. */
const LONGEST_WAIT_MS = 24 * H

/** Up to so much is added, so that what failed together does not come back together. */
const JITTER = 0.2

/**
 * How long to wait after the `tries`-th attempt failed, in ms; undefined if it was the last. `random` is from 0 to 1;
 * `retryAfterMs` is what the receiver asked for, and is never undercut.
 */
export function retryDelay(
  tries: number,
  random: number,
  retryAfterMs: number | undefined,
): number | undefined {
  const delay = RETRY_DELAYS[tries - 1]
  if (delay === undefined) return undefined
  const jittered = Math.round(delay * (1 + JITTER * random))
  return Math.max(jittered, Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS))
}

/** What a Retry-After header asks for, in ms from now: seconds or an HTTP date. Undefined if it is neither. */
export function parseRetryAfter(header: string | undefined, now: WallTime): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,10}$/.test(header)) return Number(header) * S
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(header)) return undefined
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
