import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {Match} from '../rule/form.js'
import type {Rule} from '../rule/rule.js'

/** How a rule stands to one anchor. Kept from the first time it fires until the anchor is settled. */
export interface Firing {
  readonly anchor: StoredEvent
  readonly alertId: string
  /** What holds for it; undefined once an event out of order made it false. */
  match: Match | undefined
  /** Whether the rule fires: the match holds and, if it has a deadline, that was reached. */
  fires: boolean
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

/** Of a firing that was cancelled before its deadline. */
const NOTHING: Match = {evidence: [], truncated: false}

export type AlertRecordType = 'alert.opened' | 'alert.amended' | 'alert.retracted'

/** What one evaluation changed about a firing. Without a record and a hit, it waits for its deadline, or no longer does. */
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

/** The value of the field by which a rule is keyed: the key of the history, or what the rule is narrowed to. */
export function keyValueOf(rule: Rule, stageKey: string, anchor: StoredEvent): string {
  return rule.narrowedBy === undefined ? stageKey : String(anchor.fields[rule.narrowedBy])
}

/**
 * Takes in what an evaluation found for an anchor and tells what changed, for this anchor and, through the
 * cooldown, for later ones. Deadlines up to `resolvedUpTo` are reached. `newAlertId` makes the id of an alert whose
 * match holds for the first time.
 */
export function reconcile(
  of: RuleFirings,
  anchor: StoredEvent,
  match: Match | undefined,
  resolvedUpTo: EventTime,
  newAlertId: () => string,
): readonly FiringChange[] {
  const place = placeOf(of.firings, anchor)
  const known = of.firings[place]
  const existing = known !== undefined && known.anchor === anchor ? known : undefined
  const held = existing?.match
  const fires = match !== undefined && isReached(match, resolvedUpTo)
  if (held === undefined && match === undefined) return []
  const sameMatch = held !== undefined && match !== undefined && sameEvidence(held, match)
  if (sameMatch && (existing?.fires === true || !fires)) return []

  const firing = existing ?? {
    anchor,
    alertId: newAlertId(),
    match: undefined,
    fires: false,
    alerted: false,
    nextRevision: 0,
  }
  if (existing === undefined) of.firings.splice(place, 0, firing)
  const before = firing.fires ? held : undefined
  firing.match = match
  return changesTo(of, firing, before, fires)
}

/** Takes in that time went on: what waited for a deadline up to `resolvedUpTo` fires now. */
export function reachDeadlines(of: RuleFirings, resolvedUpTo: EventTime): readonly FiringChange[] {
  const changes: FiringChange[] = []
  for (const firing of of.firings) {
    const {match, fires} = firing
    if (match !== undefined && !fires && isReached(match, resolvedUpTo))
      changes.push(...changesTo(of, firing, undefined, true))
  }
  return changes
}

/** The first deadline that some firing waits for; undefined if none does. */
export function nextDeadline({firings}: RuleFirings): EventTime | undefined {
  let next: EventTime | undefined
  for (const {match, fires} of firings) {
    const deadline = fires ? undefined : match?.deadline
    if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline
  }
  return next
}

function isReached({deadline}: Match, resolvedUpTo: EventTime): boolean {
  return deadline === undefined || deadline <= resolvedUpTo
}

/** `before`: the match for which it fired until now. */
function changesTo(
  of: RuleFirings,
  firing: Firing,
  before: Match | undefined,
  fires: boolean,
): FiringChange[] {
  firing.fires = fires
  const amended = before !== undefined && fires
  if (of.rule.action === 'approve') return [changeOf(of.rule, firing, false, false, before)]
  if (of.rule.cooldown === undefined) return [changeOf(of.rule, firing, amended, fires, before)]
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
    const alerted = firing.fires && (last === undefined || firing.anchor.time - last >= cooldown)
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
    hit: !firing.fires ? 'none' : alerted ? 'alerted' : 'suppressed',
    wasSuppressed,
    match: (firing.fires ? firing.match : before) ?? firing.match ?? NOTHING,
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
    if (firing.anchor.time > settledUpTo || isWaiting(firing)) break
    if (firing.alerted) of.lastSettledAlert = firing.anchor.time
    settled++
  }
  if (settled > 0) of.firings.splice(0, settled)
}

/** Whether it holds, but its deadline is still to come. */
function isWaiting({match, fires}: Firing): boolean {
  return match !== undefined && !fires
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
