import type {Bundle} from '../../core/bundle/bundle.js'
import {NO_RULES, type RuleSet} from '../../core/bundle/rule-set.js'
import {emptyKeyState, type KeyState} from '../../core/decision/key-state.js'
import type {RuleCounts} from '../../core/decision/rule-counters.js'
import {RuleEvaluator} from '../../core/decision/rule-evaluator.js'
import type {KeyField} from '../../core/event/stream.js'
import type {EventTime} from '../../core/event/time.js'
import type {VersionedTable} from '../../core/history/versioned-table.js'
import {DeadlineIndex} from './deadline-index.js'
import {ExpiryIndex} from './expiry-index.js'
import {KeyCache} from './key-cache.js'
import {storeKey} from './store-key.js'

/** How far time is for a stage. */
export interface StageTime {
  /** Events up to this event time are late. */
  readonly lateUpTo: EventTime
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
  readonly rules: RuleSet
  readonly evaluator: RuleEvaluator

  constructor(
    readonly keyField: KeyField,
    readonly time: StageTime,
    bundle: Bundle,
    merchants: VersionedTable,
    counters: readonly RuleCounts[],
    keyCapacity: number,
  ) {
    this.keys = new KeyCache(keyCapacity)
    this.rules = bundle.ruleSets.get(keyField) ?? NO_RULES
    this.evaluator = new RuleEvaluator(bundle, this.rules, merchants, counters)
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
    return this.expiries.due(this.time.expiresBefore, limit).filter((key) => !this.isDue(key))
  }

  /** Under what name the store knows one of its keys. */
  nameOf(key: string): string {
    return storeKey(this.keyField, key)
  }

  /** What a rule waited for has come about, and is not looked at yet. */
  private isDue(key: string): boolean {
    const deadline = this.deadlines.get(key)
    return deadline !== undefined && deadline <= this.time.resolvedUpTo
  }
}
