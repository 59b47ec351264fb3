import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {Match} from '../rule/form.js'
import type {Rule} from '../rule/rule.js'
import {condense, hasSameEvidence, isCondensed, type KeptMatch} from './condensed-match.js'

/** How a rule stands to one anchor. Kept from the first time it fires until the anchor is settled. */
export interface Firing {
  readonly anchor: StoredEvent
  readonly alertId: string
  /** What holds for it, condensed unless its alert stands or is waited for; undefined once an event out of order made it false. */
  match: KeptMatch | undefined
  /** Whether the rule fires: the match holds and, if it has a deadline, that was reached. */
  fires: boolean
  /** Whether its alert stands: false when a cooldown suppresses it, the rule no longer fires, or is an allow rule. */
  alerted: boolean
  /** Revision of the alert's next record. */
  nextRevision: number
  /** Time of the last alerted anchor up to this one, which is where a cooldown goes on from. Kept of rules that have one. */
  lastAlert: EventTime | undefined
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
  /** The evidence that holds now, or held last if the alert is retracted. Of a firing that is not told of any more, none. */
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

/** What taking in a change asks for. */
export interface Reconciliation {
  /** Deadlines up to this event time are reached. */
  readonly resolvedUpTo: EventTime
  /** Makes the id of an alert whose match holds for the first time. */
  newAlertId(anchor: StoredEvent): string
  /** Finds again what holds for an anchor. */
  matchOf(anchor: StoredEvent): Match | undefined
}

/**
 * Takes in what an evaluation found for an anchor and tells what changed, for this anchor and, through the
 * cooldown, for later ones.
 */
export function reconcile(
  of: RuleFirings,
  anchor: StoredEvent,
  match: Match | undefined,
  asked: Reconciliation,
): readonly FiringChange[] {
  const place = placeOf(of.firings, anchor)
  const known = of.firings[place]
  const existing = known !== undefined && known.anchor === anchor ? known : undefined
  const held = existing?.match
  const fires = match !== undefined && isReached(match, asked.resolvedUpTo)
  if (held === undefined && match === undefined) return []
  const sameMatch = held !== undefined && match !== undefined && hasSameEvidence(held, match)
  if (sameMatch && (existing?.fires === true || !fires)) return []

  const firing = existing ?? {
    anchor,
    alertId: asked.newAlertId(anchor),
    match: undefined,
    fires: false,
    alerted: false,
    nextRevision: 0,
    lastAlert: undefined,
  }
  if (existing === undefined) of.firings.splice(place, 0, firing)
  const before = firing.fires ? held : undefined
  firing.match = match
  return changesTo(of, place, before, fires, asked)
}

/** Takes in that time went on: what waited for a deadline up to `resolvedUpTo` fires now. */
export function reachDeadlines(of: RuleFirings, asked: Reconciliation): readonly FiringChange[] {
  const changes: FiringChange[] = []
  for (const [place, {match, fires}] of of.firings.entries()) {
    if (match !== undefined && !fires && isReached(match, asked.resolvedUpTo))
      changes.push(...changesTo(of, place, undefined, true, asked))
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

function isReached({deadline}: KeptMatch, resolvedUpTo: EventTime): boolean {
  return deadline === undefined || deadline <= resolvedUpTo
}

/** What follows from a change of the firing at `place`. `before`: the match for which it fired until now. */
function changesTo(
  of: RuleFirings,
  place: number,
  before: KeptMatch | undefined,
  fires: boolean,
  asked: Reconciliation,
): FiringChange[] {
  const firing = of.firings[place] as Firing
  firing.fires = fires
  const amended = before !== undefined && fires
  if (of.rule.action === 'approve') return [changeOf(of.rule, firing, false, false, before)]
  if (of.rule.cooldown === undefined) return [changeOf(of.rule, firing, amended, fires, before)]
  return rechain(of, place, amended, before, asked)
}

/**
 * Goes on through the firing anchors in the total order: one that comes less than the cooldown after the last
 * alerted one is suppressed. An event out of order can change the chain; the difference is returned.
 */
function rechain(
  of: RuleFirings,
  changed: number,
  amended: boolean,
  before: KeptMatch | undefined,
  asked: Reconciliation,
): FiringChange[] {
  const {rule, firings} = of
  const changes: FiringChange[] = []
  const cooldown = rule.cooldown as number
  let last = lastAlertBefore(of, changed)
  for (let i = changed; i < firings.length; i++) {
    const firing = firings[i] as Firing
    const held = firing.match
    const isDue = last === undefined || firing.anchor.time - last >= cooldown
    if (firing.fires && isDue && held !== undefined && isCondensed(held)) findAgain(firing, asked)
    const alerted = firing.fires && isDue
    if (alerted) last = firing.anchor.time
    const wasSo = alerted === firing.alerted && held === firing.match
    // From here on the chain is what it was.
    if (i > changed && wasSo && firing.lastAlert === last) break
    firing.lastAlert = last
    if (i === changed) changes.push(changeOf(rule, firing, amended, alerted, before))
    else if (!wasSo) changes.push(changeOf(rule, firing, false, alerted, held))
  }
  return changes
}

function lastAlertBefore({firings, lastSettledAlert}: RuleFirings, place: number): EventTime | undefined {
  const previous = firings[place - 1]
  return previous === undefined ? lastSettledAlert : previous.lastAlert
}

/** Firings as they were stored know whether their alert stands; the chain follows from that. */
export function chain({firings, lastSettledAlert}: RuleFirings): void {
  let last = lastSettledAlert
  for (const firing of firings) {
    if (firing.alerted) last = firing.anchor.time
    firing.lastAlert = last
  }
}

/** Fills in the evidence of a firing that is told of from now on. What just entered may have made it false. */
function findAgain(firing: Firing, asked: Reconciliation): void {
  const match = asked.matchOf(firing.anchor)
  firing.match = match
  firing.fires = match !== undefined && isReached(match, asked.resolvedUpTo)
}

function changeOf(
  rule: Rule,
  firing: Firing,
  amended: boolean,
  alerted: boolean,
  before: KeptMatch | undefined,
): FiringChange {
  const type = recordType(firing.alerted, alerted, amended)
  const wasSuppressed = before !== undefined && !firing.alerted
  const match = (firing.fires ? firing.match : before) ?? firing.match
  firing.alerted = alerted
  if (firing.fires && !alerted && firing.match !== undefined) firing.match = condense(firing.match)
  return {
    rule,
    anchor: firing.anchor,
    alertId: firing.alertId,
    record: type === undefined ? undefined : {type, revision: firing.nextRevision++},
    hit: !firing.fires ? 'none' : alerted ? 'alerted' : 'suppressed',
    wasSuppressed,
    match: match === undefined || isCondensed(match) ? NOTHING : match,
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
