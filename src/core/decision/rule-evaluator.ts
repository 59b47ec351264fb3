import type {Bundle} from '../bundle/bundle.js'
import type {RuleSet} from '../bundle/rule-set.js'
import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import {LOCATIONS, TRANSACTION_RANK, TRANSACTIONS} from '../event/stream.js'
import {BEGINNING_OF_TIME, type EventTime} from '../event/time.js'
import type {Evaluation} from '../expression/evaluation.js'
import {FeatureLookup} from '../feature/feature-lookup.js'
import type {KeyFeatures} from '../feature/key-features.js'
import {locationAsOf, spanOfFix} from '../history/as-of-join.js'
import {KeyHistory} from '../history/key-history.js'
import type {VersionedTable} from '../history/versioned-table.js'
import {type Explanation, explain, reasonFor} from '../rule/explain.js'
import type {KeyView, Limits, Match} from '../rule/form.js'
import {holds, mayHold} from '../rule/predicate.js'
import {mayBePresent} from '../rule/presence.js'
import type {Rule} from '../rule/rule.js'
import {alertId} from './alert-identity.js'
import {lastEventOf} from './condensed-match.js'
import {
  type FiringChange,
  firingsKey,
  keyValueOf,
  type Reconciliation,
  type RuleFirings,
  reachDeadlines,
  reconcile,
} from './firing.js'
import type {KeyState} from './key-state.js'
import type {RuleCounts} from './rule-counters.js'

/** How far time is when an event is judged. */
export interface Horizon {
  /** Anchors up to this event time stay as they are. */
  readonly settledUpTo: EventTime
  /** Deadlines up to this event time are reached. */
  readonly resolvedUpTo: EventTime
}

/** A rule that looks at anchors from before it came into force, from a time on. */
export interface LookBack {
  readonly rule: Rule
  readonly from: EventTime
}

/** A change of a firing, told in words. */
export interface ExplainedChange extends FiringChange {
  readonly explanation: Explanation
}

/**
 * Evaluates the rules over one key's history when an event enters it: only those that the event concerns, and
 * only for the anchors whose span covers it. In order, that is the event itself; out of order, what it changes.
 */
export class RuleEvaluator implements KeyView {
  readonly limits: Limits
  readonly evaluation: Evaluation = {
    bound: [],
    groups: [],
    location: undefined,
    merchant: undefined,
    features: undefined,
    anchorTime: 0 as EventTime,
  }
  history: KeyHistory = new KeyHistory()
  private features: KeyFeatures | undefined
  private readonly lookup: FeatureLookup
  private counts: RuleCounts | undefined
  private changes: ExplainedChange[] = []

  constructor(
    private readonly bundle: Bundle,
    private readonly rules: RuleSet,
    private readonly merchants: VersionedTable,
    private readonly counters: readonly RuleCounts[],
    /** By rule index: it looks at no anchor before this time. */
    private readonly since: readonly EventTime[],
  ) {
    this.limits = bundle.settings
    this.lookup = new FeatureLookup(bundle.features, this)
  }

  /** What an accepted event, already in the history of its key, changes. */
  eventEntered(state: KeyState, event: StoredEvent, horizon: Horizon): readonly ExplainedChange[] {
    this.begin(state)
    for (const rule of this.rules.byStream.get(event.stream)?.of(event) ?? []) {
      const {form} = rule
      this.reevaluate(rule, state, event.time - form.lookahead, event.time + form.lookback, horizon, event)
    }
    if (event.stream === LOCATIONS && this.rules.locationRules.length > 0)
      this.fixEntered(state, event, horizon)
    if (this.rules.featureRules.length > 0) this.windowsChanged(state, event, horizon)
    return this.changes
  }

  /** What a new version of a merchant's profile changes for a key's transactions of a time. */
  merchantChanged(state: KeyState, time: EventTime, horizon: Horizon): readonly ExplainedChange[] {
    this.begin(state)
    this.joinChanged(this.rules.merchantRules, state, time, time, horizon)
    return this.changes
  }

  /** What changes for a key because deadlines were reached: what had to be absent is so for certain. */
  timeWentOn(state: KeyState, resolvedUpTo: EventTime): readonly ExplainedChange[] {
    this.begin(state)
    for (const of of state.firings?.values() ?? [])
      this.add(of.rule, reachDeadlines(of, this.reconciliation(of.rule, of.keyValue, resolvedUpTo)))
    return this.changes
  }

  /** What rules say of a key at which they have not looked yet. */
  lookBack(state: KeyState, rules: readonly LookBack[], resolvedUpTo: EventTime): readonly ExplainedChange[] {
    this.begin(state)
    const horizon = {settledUpTo: BEGINNING_OF_TIME, resolvedUpTo}
    for (const {rule, from} of rules)
      this.reevaluate(rule, state, from, Number.POSITIVE_INFINITY, horizon, undefined)
    return this.changes
  }

  locationAsOf(transaction: StoredEvent): StoredEvent | undefined {
    if (transaction.stream !== TRANSACTIONS) return undefined
    return locationAsOf(this.history, transaction, this.bundle.settings.locationMaxAge)
  }

  merchantAsOf(transaction: StoredEvent): StoredEvent | undefined {
    const id = transaction.fields.merchant_id
    return typeof id === 'string' ? this.merchants.asOf(id, transaction.time) : undefined
  }

  featuresAsOf(transaction: StoredEvent, names: readonly string[]): Evaluation['features'] {
    return this.lookup.of(this.features, transaction, names)
  }

  countMissingInput(): void {
    if (this.counts !== undefined) this.counts.missing_input++
  }

  countTruncated(): void {
    if (this.counts !== undefined) this.counts.truncated++
  }

  private begin(state: KeyState): void {
    this.history = state.history
    this.features = state.features
    this.changes = []
  }

  /** A fix decides the location of the transactions up to the next fix: in order there are none yet. */
  private fixEntered(state: KeyState, fix: StoredEvent, horizon: Horizon): void {
    const newest = this.history.series(TRANSACTION_RANK)?.events.at(-1)
    if (newest === undefined || newest.time < fix.time) return
    const {from, to} = spanOfFix(this.history, fix, this.bundle.settings.locationMaxAge)
    this.joinChanged(this.rules.locationRules, state, from, to, horizon)
  }

  /** An event out of order counts in the windows of the transactions after it: in order there are none. */
  private windowsChanged(state: KeyState, event: StoredEvent, horizon: Horizon): void {
    const newest = this.history.series(TRANSACTION_RANK)?.events.at(-1)
    if (newest === undefined || newest === event || newest.time < event.time) return
    const {reach} = this.bundle.features
    this.joinChanged(this.rules.featureRules, state, event.time, event.time + reach, horizon)
  }

  /** The transactions between two times see another location or merchant: looks anew at every anchor they can matter to. */
  private joinChanged(
    rules: readonly Rule[],
    state: KeyState,
    from: number,
    to: number,
    horizon: Horizon,
  ): void {
    for (const rule of rules) {
      const {lookahead, lookback} = rule.form
      this.reevaluate(rule, state, from - lookahead, to + lookback, horizon, undefined)
    }
  }

  /** Evaluates the unsettled anchors between two times (both included). `cause` is the event that entered, if it was one. */
  private reevaluate(
    rule: Rule,
    state: KeyState,
    from: number,
    to: number,
    horizon: Horizon,
    cause: StoredEvent | undefined,
  ): void {
    const {form, narrowedBy} = rule
    const series = this.history.series(form.anchorRank)
    if (series === undefined) return
    const {events} = series
    const first = Math.max(from, this.since[rule.index] as number)
    if (form.lookahead > 0 && !mayBePresent(form.anchorWhen, series, first)) return
    for (let i = series.firstAtOrAfter(first); i < events.length; i++) {
      const anchor = events[i] as StoredEvent
      if (anchor.time > to) break
      if (!mayHold(form.anchorWhen, anchor) || anchor.time + form.lookahead <= horizon.settledUpTo) continue
      if (narrowedBy !== undefined && !sharesKey(anchor, cause, narrowedBy)) continue
      this.evaluate(rule, state, anchor, horizon, cause)
    }
  }

  private evaluate(
    rule: Rule,
    state: KeyState,
    anchor: StoredEvent,
    {resolvedUpTo}: Horizon,
    cause: StoredEvent | undefined,
  ): void {
    const keyValue = keyValueOf(rule, state.key, anchor)
    const known = state.firings === undefined ? undefined : state.firings.get(firingsKey(rule, keyValue))
    if (cause !== undefined && cause !== anchor && !this.canChange(rule, known, anchor, cause)) return
    this.counts = this.counters[rule.index]
    this.evaluation.anchorTime = anchor.time
    const match = this.matchOf(rule, anchor)
    if (match === undefined && known === undefined) return
    const of: RuleFirings = known ?? {rule, keyValue, firings: [], lastSettledAlert: undefined}
    if (known === undefined) {
      if (state.firings === undefined) state.firings = new Map()
      state.firings.set(firingsKey(rule, keyValue), of)
    }
    // What is found again is not counted again.
    this.counts = undefined
    this.add(rule, reconcile(of, anchor, match, this.reconciliation(rule, keyValue, resolvedUpTo)))
  }

  private matchOf({form}: Rule, anchor: StoredEvent): Match | undefined {
    return holds(form.anchorWhen, anchor, this) ? form.match(anchor, this) : undefined
  }

  private reconciliation(rule: Rule, keyValue: string, resolvedUpTo: EventTime): Reconciliation {
    return {
      resolvedUpTo,
      newAlertId: (anchor) => alertId(rule, keyValue, anchor),
      matchOf: (anchor) => this.matchOf(rule, anchor),
    }
  }

  /** Whether an event that entered can change what the rule says of an anchor that was there before. */
  private canChange(
    {form}: Rule,
    known: RuleFirings | undefined,
    anchor: StoredEvent,
    entered: StoredEvent,
  ): boolean {
    const match = known?.firings.find((candidate) => candidate.anchor === anchor)?.match
    if (match === undefined) return form.canTakeIn?.(anchor, entered, this) !== false
    const last = lastEventOf(match)
    // Evidence that is complete is not changed by an event that comes after all of it, unless something has to be absent.
    return match.deadline !== undefined || last === undefined || compareEvents(entered, last) < 0
  }

  private add(rule: Rule, changes: readonly FiringChange[]): void {
    for (const change of changes) {
      const {record, hit} = change
      const isSilent = record === undefined && hit === 'none'
      this.changes.push({...change, explanation: isSilent ? SILENCE : this.explain(rule, change)})
    }
  }

  private explain(rule: Rule, {anchor, match, record}: FiringChange): Explanation {
    if (record !== undefined) return explain(rule, anchor, match, this)
    return {...SILENCE, reason: reasonFor(rule, anchor, match, this)}
  }
}

/** Nothing is said yet. */
const SILENCE: Explanation = {reason: '', clauses: [], flips: []}

/** Whether an anchor belongs to the narrower key at all, and to the same as the event that entered. */
function sharesKey(anchor: StoredEvent, cause: StoredEvent | undefined, field: string): boolean {
  const value = anchor.fields[field]
  if (value === undefined || value === '') return false
  return cause === undefined || cause.fields[field] === value
}
