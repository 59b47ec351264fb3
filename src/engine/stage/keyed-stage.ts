import {NO_RULES, type RuleSet, stageKeyOf} from '../../core/bundle/rule-set.js'
import {emptyKeyState, type KeyState} from '../../core/decision/key-state.js'
import type {RuleCounts} from '../../core/decision/rule-counters.js'
import {type ExplainedChange, type LookBack, RuleEvaluator} from '../../core/decision/rule-evaluator.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {KeyField} from '../../core/event/stream.js'
import type {EventTime} from '../../core/event/time.js'
import {type FeatureSet, NO_FEATURES} from '../../core/feature/feature-set.js'
import {KeyFeatures, plansOf} from '../../core/feature/key-features.js'
import type {KeyHistory} from '../../core/history/key-history.js'
import type {VersionedTable} from '../../core/history/versioned-table.js'
import {mayHold} from '../../core/rule/predicate.js'
import {DeadlineIndex} from './deadline-index.js'
import {ExpiryIndex} from './expiry-index.js'
import {KeyCache} from './key-cache.js'
import type {RunningBundle} from './running-bundle.js'
import {storeKey} from './store-key.js'

/** How far time is for a stage. */
export interface StageTime {
  /** Events up to this event time are late. */
  readonly lateUpTo: EventTime
  /** What was said about anchors that only events up to this time could change may be forgotten. */
  readonly forgetUpTo: EventTime
  /** Anchors up to this event time never change again. */
  readonly settledUpTo: EventTime
  /** Deadlines up to this event time are reached. */
  readonly resolvedUpTo: EventTime
  /** Events before this event time are dropped. */
  readonly expiresBefore: EventTime
}

/** The histories by one key field, and the rules that look at them. */
export class KeyedStage {
  readonly keys: KeyCache
  readonly expiries = new ExpiryIndex()
  readonly deadlines = new DeadlineIndex()
  rules!: RuleSet
  evaluator!: RuleEvaluator
  private features: FeatureSet = NO_FEATURES
  /** Streams whose events enter a history from another stage. */
  private taken: ReadonlySet<string> = new Set()
  /** Whether features of its keys are asked for. */
  hasFeatures = false
  /** Rules that look at anchors from before, and the keys at which they have not looked yet. */
  private lookingBack: readonly LookBack[] = []
  private notLookedAt: string[] = []
  /** In the order of the keys, which is that of their looking; undefined if they have looked at none. */
  lookedBackUpTo: string | undefined

  constructor(
    readonly keyField: KeyField,
    readonly time: StageTime,
    private readonly merchants: VersionedTable,
    keyCapacity: number,
  ) {
    this.keys = new KeyCache(keyCapacity)
  }

  /** Runs the rules of a bundle from now on. */
  run({bundle, since}: RunningBundle, counters: readonly RuleCounts[]): void {
    this.rules = bundle.ruleSets.get(this.keyField) ?? NO_RULES
    this.evaluator = new RuleEvaluator(bundle, this.rules, this.merchants, counters, since)
    this.features = bundle.features
    const plans = plansOf(bundle.features, this.keyField)
    this.hasFeatures = plans.length > 0
    this.taken = new Set([
      ...this.rules.byStream.keys(),
      ...plans.flatMap(({logs}) => logs.map(({stream}) => stream)),
    ])
  }

  /** Lets rules look, key by key, at anchors that are there; from after a key on, if they have looked at some. */
  lookBack(rules: readonly LookBack[], after: string | undefined): void {
    this.lookedBackUpTo = after
    this.lookingBack = rules.filter(({rule}) => stageKeyOf(rule) === this.keyField)
    this.notLookedAt = []
    if (this.lookingBack.length === 0) return
    for (const key of this.expiries.keys()) if (after === undefined || key > after) this.notLookedAt.push(key)
    // Taken from the end.
    this.notLookedAt.sort().reverse()
  }

  /** Takes up to `limit` of the keys at which rules have not looked back yet. */
  takeLookBackKeys(limit: number): readonly string[] {
    const taken = this.notLookedAt.splice(-limit, limit)
    this.lookedBackUpTo = taken[0] ?? this.lookedBackUpTo
    return taken
  }

  get hasLookedBack(): boolean {
    return this.notLookedAt.length === 0
  }

  /** What rules that look back say of a key. */
  lookBackAt(state: KeyState): readonly ExplainedChange[] {
    return this.evaluator.lookBack(state, this.lookingBack, this.time.resolvedUpTo)
  }

  /** Whether events of a stream enter its histories, because rules or features look at them. */
  takes(stream: string): boolean {
    return this.taken.has(stream)
  }

  /** No rule looks anew at an anchor of a history before this event time: what is there has settled, or is none of its anchors. */
  unsettledFrom(history: KeyHistory): EventTime {
    const {forgetUpTo, settledUpTo} = this.time
    let from = forgetUpTo + 1
    for (const {form} of this.rules.lookingAhead) {
      const series = history.series(form.anchorRank)
      if (series === undefined) continue
      let i = series.firstAtOrAfter(Math.max(settledUpTo, forgetUpTo - form.lookahead) + 1)
      while (i < series.events.length && series.timeAt(i) < from) {
        if (mayHold(form.anchorWhen, series.events[i] as StoredEvent)) from = series.timeAt(i)
        i++
      }
    }
    return from as EventTime
  }

  /** Whether no rule looks anew at an event as its anchor. */
  hasSettled(event: StoredEvent): boolean {
    const {forgetUpTo} = this.time
    // What is due has been looked at before anything is forgotten, unless too much was due at once.
    if (event.time > forgetUpTo || this.deadlines.earliest <= forgetUpTo) return false
    return !this.rules.lookingAhead.some(
      ({form}) =>
        form.anchorRank === event.rank &&
        event.time + form.lookahead > forgetUpTo &&
        mayHold(form.anchorWhen, event),
    )
  }

  get takesAny(): boolean {
    return this.taken.size > 0
  }

  /** What a key's features are worked out from. */
  featuresOf(state: KeyState): KeyFeatures {
    if (state.features === undefined)
      state.features = new KeyFeatures(this.features, this.keyField, state.key)
    return state.features
  }

  /** The state of a key that is in memory, or begins now. */
  stateOf(key: string): KeyState {
    let state = this.keys.get(key)
    if (state === undefined) {
      state = emptyKeyState(key, this.keyField)
      this.keys.put(state)
    }
    return state
  }

  /** Keys with rules that wait for a deadline which is reached. */
  dueKeys(limit: number): readonly string[] {
    return this.deadlines.due(this.time.resolvedUpTo, limit)
  }

  /** Keys with events that no rule, join or duplicate check can need any more. */
  expiredKeys(limit: number): readonly string[] {
    return this.expiries.due(this.time.expiresBefore, limit)
  }

  /** Under what name the store knows one of its keys. */
  nameOf(key: string): string {
    return storeKey(this.keyField, key)
  }
}
