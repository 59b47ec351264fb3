import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {Match} from '../rule/form.js'
import type {Rule} from '../rule/rule.js'

/** How a rule stands to one anchor. Kept from the first time it fires until the anchor is settled. */
export interface Firing {
  readonly anchor: StoredEvent
  readonly alertId: string
  /** Why it fires; undefined once an event out of order made it false. */
  match: Match | undefined
  /** Whether its alert stands: false when a cooldown suppresses it, the rule no longer fires, or is an allow rule. */
  alerted: boolean
  /** Revision of the alert's next record. */
  nextRevision: number
}

/** The firings of one rule for one key (or one card of a user), in the total order of their anchors. */
export interface RuleFirings {
  readonly rule: Rule
  /** Value of the rule's key field. */
  readonly keyValue: string
  readonly firings: Firing[]
  /** Time of the last alerted anchor that is settled: where a cooldown goes on from. */
  lastSettledAlert: EventTime | undefined
}

export type AlertRecordType = 'alert.opened' | 'alert.amended' | 'alert.retracted'

/** What one evaluation changed about a firing. */
export interface FiringChange {
  readonly rule: Rule
  readonly anchor: StoredEvent
  readonly alertId: string
  /** The record to emit; undefined if only the hit changed. */
  readonly record: {readonly type: AlertRecordType; readonly revision: number} | undefined
  /** How the rule counts in the anchor's decision from now on. */
  readonly hit: 'alerted' | 'suppressed' | 'none'
  /** Whether a cooldown suppressed it until now. */
  readonly wasSuppressed: boolean
  /** The evidence that holds now, or held last if the alert is retracted. */
  readonly match: Match
}

/** Names the firings of a rule and key value among those of a user. */
export function firingsKey(rule: Rule, keyValue: string): string {
  return `${rule.index} ${keyValue}`
}

/** The value of the field by which a rule is keyed: the user, or what the rule is narrowed to. */
export function keyValueOf(rule: Rule, userId: string, anchor: StoredEvent): string {
  return rule.narrowedBy === undefined ? userId : String(anchor.fields[rule.narrowedBy])
}

/**
 * Takes in what an evaluation found for an anchor and tells what changed, for this anchor and, through the
 * cooldown, for later ones. `newAlertId` makes the id of an alert that fires for the first time.
 */
export function reconcile(
  of: RuleFirings,
  anchor: StoredEvent,
  match: Match | undefined,
  newAlertId: () => string,
): readonly FiringChange[] {
  const place = placeOf(of.firings, anchor)
  const known = of.firings[place]
  const existing = known !== undefined && known.anchor === anchor ? known : undefined
  const before = existing?.match
  if (before === undefined && match === undefined) return []
  if (before !== undefined && match !== undefined && sameEvidence(before, match)) return []

  const firing = existing ?? {
    anchor,
    alertId: newAlertId(),
    match: undefined,
    alerted: false,
    nextRevision: 0,
  }
  if (existing === undefined) of.firings.splice(place, 0, firing)
  firing.match = match
  const amended = before !== undefined && match !== undefined
  if (of.rule.action === 'approve') return [changeOf(of.rule, firing, false, false, before)]
  if (of.rule.cooldown === undefined) return [changeOf(of.rule, firing, amended, match !== undefined, before)]
  return rechain(of, firing, amended, before)
}

/**
 * Goes through the firing anchors in the total order: one that comes less than the cooldown after the last
 * alerted one is suppressed. An event out of order can change the chain; the difference is returned.
 */
function rechain(
  of: RuleFirings,
  changed: Firing,
  amended: boolean,
  before: Match | undefined,
): FiringChange[] {
  const changes: FiringChange[] = []
  const cooldown = of.rule.cooldown as number
  let last = of.lastSettledAlert
  for (const firing of of.firings) {
    const fires = firing.match !== undefined
    const alerted = fires && (last === undefined || firing.anchor.time - last >= cooldown)
    if (alerted) last = firing.anchor.time
    if (firing === changed) changes.push(changeOf(of.rule, firing, amended, alerted, before))
    else if (alerted !== firing.alerted) changes.push(changeOf(of.rule, firing, false, alerted, firing.match))
  }
  return changes
}

function changeOf(
  rule: Rule,
  firing: Firing,
  amended: boolean,
  alerted: boolean,
  before: Match | undefined,
): FiringChange {
  const type = recordType(firing.alerted, alerted, amended)
  const wasSuppressed = before !== undefined && !firing.alerted
  firing.alerted = alerted
  return {
    rule,
    anchor: firing.anchor,
    alertId: firing.alertId,
    record: type === undefined ? undefined : {type, revision: firing.nextRevision++},
    hit: firing.match === undefined ? 'none' : alerted ? 'alerted' : 'suppressed',
    wasSuppressed,
    match: (firing.match ?? before) as Match,
  }
}

function recordType(was: boolean, is: boolean, amended: boolean): AlertRecordType | undefined {
  if (is && !was) return 'alert.opened'
  if (was && !is) return 'alert.retracted'
  return is && amended ? 'alert.amended' : undefined
}

/** Forgets firings whose anchors are settled, and remembers what a cooldown needs of them. */
export function forgetSettled(of: RuleFirings, settledUpTo: EventTime): void {
  let settled = 0
  for (const firing of of.firings) {
    if (firing.anchor.time > settledUpTo) break
    if (firing.alerted) of.lastSettledAlert = firing.anchor.time
    settled++
  }
  if (settled > 0) of.firings.splice(0, settled)
}

/** Index of the firing for an anchor, or where it would stand. */
function placeOf(firings: readonly Firing[], anchor: StoredEvent): number {
  let place = firings.length
  while (place > 0 && compareEvents((firings[place - 1] as Firing).anchor, anchor) >= 0) place--
  return place
}

function sameEvidence(a: Match, b: Match): boolean {
  return (
    a.evidence.length === b.evidence.length &&
    a.evidence.every(({slot, event}, i) => slot === b.evidence[i]?.slot && event === b.evidence[i]?.event)
  )
}
