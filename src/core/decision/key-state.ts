import type {StoredEvent} from '../event/stored-event.js'
import {KeyHistory} from '../history/key-history.js'
import type {Rule} from '../rule/rule.js'
import type {RuleFirings} from './firing.js'
import type {Decision} from './policy.js'

/** A live rule that fires for a transaction. `alertId` is null while a cooldown suppresses its alert. */
export interface RuleHit {
  readonly rule: Rule
  readonly alertId: string | null
  /** Why, as a sentence. */
  readonly reason: string
}

/** The decision on a transaction that some rule fired for. One that no rule ever fired for is approved, revision 0. */
export interface DecisionState {
  readonly transaction: StoredEvent
  decision: Decision
  revision: number
  hits: readonly RuleHit[]
}

/** All that is kept of one key: its history, and what was said about it. */
export interface KeyState {
  readonly key: string
  readonly history: KeyHistory
  /** Accepted in the batch that is under way, not yet in the history. */
  readonly pending: StoredEvent[]
  /** By rule index. */
  readonly firings: Map<number, RuleFirings>
  /** By transaction id. */
  readonly decisions: Map<string, DecisionState>
}

export function emptyKeyState(key: string): KeyState {
  return {key, history: new KeyHistory(), pending: [], firings: new Map(), decisions: new Map()}
}
