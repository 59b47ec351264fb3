import {compareEvents} from '../../../event/order.js'
import type {StoredEvent} from '../../../event/stored-event.js'
import type {Trial} from '../trial/trial.js'
import type {Flip} from './flip.js'

/** A rule's alert for an anchor gives way to one that stands already. */
export interface Suppression {
  /** The anchor of that alert. */
  readonly by: StoredEvent
  /** How long before, in ms. */
  readonly gap: number
  readonly cooldown: number
  readonly flips: readonly Flip[]
}

/** What suppresses a firing anchor's alert; undefined: nothing. */
export function suppressionOf(trial: Trial, anchor: StoredEvent): Suppression | undefined {
  const {cooldown, action} = trial.rule
  if (cooldown === undefined || action === 'approve') return undefined
  const firing = firingUpTo(trial, anchor, cooldown)
  const by = alertedBefore(firing, anchor, cooldown)
  if (by === undefined) return undefined
  const gap = anchor.time - by.time
  const isEnough = gap > 0 && alertedBefore(firing, anchor, gap) === undefined
  const flips: readonly Flip[] = isEnough
    ? [{outcome: 'alerts', changes: [{what: 'cooldown', relation: '<=', value: gap, was: cooldown}]}]
    : []
  return {by, gap, cooldown, flips}
}

/** The firing anchors up to one, as far back as they can matter: where two lie a cooldown apart, the later one is alerted. */
function firingUpTo(trial: Trial, anchor: StoredEvent, cooldown: number): readonly StoredEvent[] {
  const candidates = trial
    .eventsOf(trial.rule.form.anchorStream, anchor)
    .filter((event) => compareEvents(event, anchor) < 0)
  const firing = [anchor]
  for (const candidate of candidates.toReversed()) {
    const [next] = firing
    if (next !== undefined && next.time - candidate.time >= cooldown) break
    if (trial.find(candidate) !== undefined) firing.unshift(candidate)
  }
  return firing
}

/** The alerted anchor that suppresses the last of the firing ones under a cooldown; undefined: it is alerted itself. */
function alertedBefore(
  firing: readonly StoredEvent[],
  anchor: StoredEvent,
  cooldown: number,
): StoredEvent | undefined {
  let alerted: StoredEvent | undefined
  for (const event of firing) {
    const isSuppressed = alerted !== undefined && event.time - alerted.time < cooldown
    if (event === anchor) return isSuppressed ? alerted : undefined
    if (!isSuppressed) alerted = event
  }
  return undefined
}
