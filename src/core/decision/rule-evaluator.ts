import type {Bundle} from '../bundle/bundle.js'
import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import {LOCATIONS, TRANSACTION_RANK, TRANSACTIONS} from '../event/stream.js'
import type {EventTime} from '../event/time.js'
import type {Evaluation} from '../expression/evaluation.js'
import {locationAsOf, spanOfFix} from '../history/as-of-join.js'
import {KeyHistory} from '../history/key-history.js'
import type {VersionedTable} from '../history/versioned-table.js'
import {type Explanation, explain} from '../rule/explain.js'
import type {KeyView, Limits} from '../rule/form.js'
import {holds, mayHold} from '../rule/predicate.js'
import type {Rule} from '../rule/rule.js'
import {alertId} from './alert-identity.js'
import {
  type Firing,
  type FiringChange,
  firingsKey,
  keyValueOf,
  type RuleFirings,
  reconcile,
} from './firing.js'
import type {KeyState} from './key-state.js'
import type {RuleCounts} from './rule-counters.js'

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
  private counts: RuleCounts | undefined
  private changes: ExplainedChange[] = []

  constructor(
    private readonly bundle: Bundle,
    private readonly merchants: VersionedTable,
    private readonly counters: readonly RuleCounts[],
  ) {
    this.limits = bundle.settings
  }

  /** What an accepted event, already in the history of its key, changes. Anchors up to `settledUpTo` stay as they are. */
  eventEntered(state: KeyState, event: StoredEvent, settledUpTo: EventTime): readonly ExplainedChange[] {
    this.begin(state)
    for (const rule of this.bundle.rulesByStream.get(event.stream) ?? []) {
      const {form} = rule
      if (!form.concerns(event)) continue
      this.reevaluate(
        rule,
        state,
        event.time - form.lookahead,
        event.time + form.lookback,
        settledUpTo,
        event,
      )
    }
    if (event.stream === LOCATIONS && this.bundle.locationRules.length > 0)
      this.fixEntered(state, event, settledUpTo)
    return this.changes
  }

  /** What a new version of a merchant's profile changes for a key's transactions of a time. */
  merchantChanged(state: KeyState, time: EventTime, settledUpTo: EventTime): readonly ExplainedChange[] {
    this.begin(state)
    this.joinChanged(this.bundle.merchantRules, state, time, time, settledUpTo)
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

  countMissingInput(): void {
    if (this.counts !== undefined) this.counts.missing_input++
  }

  countTruncated(): void {
    if (this.counts !== undefined) this.counts.truncated++
  }

  private begin(state: KeyState): void {
    this.history = state.history
    this.changes = []
  }

  /** A fix decides the location of the transactions up to the next fix: in order there are none yet. */
  private fixEntered(state: KeyState, fix: StoredEvent, settledUpTo: EventTime): void {
    const newest = this.history.series(TRANSACTION_RANK)?.events.at(-1)
    if (newest === undefined || newest.time < fix.time) return
    const {from, to} = spanOfFix(this.history, fix, this.bundle.settings.locationMaxAge)
    this.joinChanged(this.bundle.locationRules, state, from, to, settledUpTo)
  }

  /** The transactions between two times see another location or merchant: looks anew at every anchor they can matter to. */
  private joinChanged(
    rules: readonly Rule[],
    state: KeyState,
    from: number,
    to: number,
    settledUpTo: EventTime,
  ): void {
    for (const rule of rules) {
      this.reevaluate(
        rule,
        state,
        from - rule.form.lookahead,
        to + rule.form.lookback,
        settledUpTo,
        undefined,
      )
    }
  }

  /** Evaluates the unsettled anchors between two times (both included). `cause` is the event that entered, if it was one. */
  private reevaluate(
    rule: Rule,
    state: KeyState,
    from: number,
    to: number,
    settledUpTo: EventTime,
    cause: StoredEvent | undefined,
  ): void {
    const {form, narrowedBy} = rule
    const series = this.history.series(form.anchorRank)
    if (series === undefined) return
    const {events} = series
    for (let i = series.firstAtOrAfter(from); i < events.length; i++) {
      const anchor = events[i] as StoredEvent
      if (anchor.time > to) break
      if (!mayHold(form.anchorWhen, anchor) || anchor.time + form.lookahead <= settledUpTo) continue
      if (narrowedBy !== undefined && !sharesKey(anchor, cause, narrowedBy)) continue
      this.evaluate(rule, state, anchor, cause)
    }
  }

  private evaluate(rule: Rule, state: KeyState, anchor: StoredEvent, cause: StoredEvent | undefined): void {
    const keyValue = keyValueOf(rule, state.key, anchor)
    const known = state.firings?.get(firingsKey(rule, keyValue))
    if (cause !== undefined && cause !== anchor && isAfterEvidence(known, anchor, cause)) return
    this.counts = this.counters[rule.index]
    this.evaluation.anchorTime = anchor.time
    const match = holds(rule.form.anchorWhen, anchor, this) ? rule.form.match(anchor, this) : undefined
    if (match === undefined && known === undefined) return
    const of: RuleFirings = known ?? {rule, keyValue, firings: [], lastSettledAlert: undefined}
    if (known === undefined) {
      if (state.firings === undefined) state.firings = new Map()
      state.firings.set(firingsKey(rule, keyValue), of)
    }
    for (const change of reconcile(of, anchor, match, () => alertId(rule, keyValue, anchor))) {
      this.changes.push({...change, explanation: explain(rule, change.anchor, change.match, this)})
    }
    this.counts = undefined
  }
}

/** Whether an anchor belongs to the narrower key at all, and to the same as the event that entered. */
function sharesKey(anchor: StoredEvent, cause: StoredEvent | undefined, field: string): boolean {
  const value = anchor.fields[field]
  if (value === undefined || value === '') return false
  return cause === undefined || cause.fields[field] === value
}

/** Evidence that is complete is not changed by an event that comes after all of it. */
function isAfterEvidence(of: RuleFirings | undefined, anchor: StoredEvent, cause: StoredEvent): boolean {
  const firing: Firing | undefined = of?.firings.find((candidate) => candidate.anchor === anchor)
  const last = firing?.match?.evidence.at(-1)
  return last !== undefined && compareEvents(cause, last.event) > 0
}
