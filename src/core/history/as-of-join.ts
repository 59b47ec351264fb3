import type {StoredEvent} from '../event/stored-event.js'
import {LOCATION_RANK} from '../event/stream.js'
import type {EventTime} from '../event/time.js'
import type {KeyHistory} from './key-history.js'

/**
 * The user's newest location fix with event time ≤ the transaction's; none if it is older than `maxAge` (ms;
 * exactly that old is used).
 */
export function locationAsOf(
  history: KeyHistory,
  transaction: StoredEvent,
  maxAge: number,
): StoredEvent | undefined {
  const fix = history.series(LOCATION_RANK)?.newestAtOrBefore(transaction.time)
  return fix !== undefined && transaction.time - fix.time <= maxAge ? fix : undefined
}

/** The event times of transactions whose location join a fix decides: from the fix to the next one, at most `maxAge` on. */
export function spanOfFix(
  history: KeyHistory,
  fix: StoredEvent,
  maxAge: number,
): {from: EventTime; to: EventTime} {
  const fixes = history.series(LOCATION_RANK)
  const next = fixes?.events[fixes.firstAtOrAfter(fix.time + 1)]
  const end = fix.time + maxAge
  return {from: fix.time, to: (next === undefined ? end : Math.min(end, next.time)) as EventTime}
}
