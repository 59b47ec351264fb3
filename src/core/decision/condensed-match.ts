import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {Match} from '../rule/form.js'
import {WindowMatch} from '../rule/window-match.js'

/**
 * What is kept of a match whose alert does not stand, because a cooldown suppresses it or the rule allows: enough to see
 * that its evidence changed. A key that is under attack has thousands of them, each with thousands of events, and what they
 * are can be found again.
 */
export interface CondensedMatch {
  /** How many events its evidence has. */
  readonly size: number
  /** Differs, but for one case in four billion, where the evidence differs. */
  readonly fingerprint: number
  /** The last event of its evidence. */
  readonly last: StoredEvent | undefined
  readonly truncated: boolean
  readonly deadline?: EventTime | undefined
}

export type KeptMatch = Match | CondensedMatch

export function condense(match: KeptMatch): CondensedMatch {
  if (isCondensed(match)) return match
  const {truncated, deadline} = match
  return {
    size: sizeOf(match),
    fingerprint: fingerprintOf(match),
    last: lastEventOf(match),
    truncated,
    deadline,
  }
}

export function isCondensed(match: KeptMatch): match is CondensedMatch {
  return !('evidence' in match)
}

/** The last event of a match in the total order. */
export function lastEventOf(match: KeptMatch): StoredEvent | undefined {
  if (isCondensed(match)) return match.last
  return match instanceof WindowMatch ? match.members.at(-1) : match.evidence.at(-1)?.event
}

export function hasSameEvidence(kept: KeptMatch, found: Match): boolean {
  if (isCondensed(kept)) return kept.size === sizeOf(found) && kept.fingerprint === fingerprintOf(found)
  return (
    kept.evidence.length === found.evidence.length &&
    kept.evidence.every(({slot, event}, i) => {
      const other = found.evidence[i]
      return slot === other?.slot && event === other.event
    })
  )
}

function sizeOf(match: Match): number {
  return match instanceof WindowMatch ? match.members.length : match.evidence.length
}

function fingerprintOf(match: Match): number {
  let fingerprint = 0
  if (match instanceof WindowMatch) {
    for (const event of match.members) fingerprint = mixed(fingerprint, match.slot, event)
  } else for (const {slot, event} of match.evidence) fingerprint = mixed(fingerprint, slot, event)
  return fingerprint
}

function mixed(fingerprint: number, slot: number, {contentHash}: StoredEvent): number {
  return (Math.imul(Math.imul(fingerprint, 31) + slot, 31) + contentHash) | 0
}
