import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {Evidence, Match} from '../rule/form.js'

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
  const {evidence, truncated, deadline} = match
  const size = evidence.length
  return {size, fingerprint: fingerprintOf(evidence), last: evidence.at(-1)?.event, truncated, deadline}
}

export function isCondensed(match: KeptMatch): match is CondensedMatch {
  return !('evidence' in match)
}

/** The last event of a match in the total order. */
export function lastEventOf(match: KeptMatch): StoredEvent | undefined {
  return isCondensed(match) ? match.last : match.evidence.at(-1)?.event
}

export function hasSameEvidence(kept: KeptMatch, found: Match): boolean {
  if (isCondensed(kept))
    return kept.size === found.evidence.length && kept.fingerprint === fingerprintOf(found.evidence)
  return (
    kept.evidence.length === found.evidence.length &&
    kept.evidence.every(({slot, event}, i) => {
      const other = found.evidence[i]
      return slot === other?.slot && event === other.event
    })
  )
}

function fingerprintOf(evidence: readonly Evidence[]): number {
  let fingerprint = 0
  for (const {slot, event} of evidence)
    fingerprint = (Math.imul(Math.imul(fingerprint, 31) + slot, 31) + event.contentHash) | 0
  return fingerprint
}
