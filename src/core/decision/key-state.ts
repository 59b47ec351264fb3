import type {StoredEvent} from '../event/stored-event.js'
import type {KeyField} from '../event/stream.js'
import type {KeyFeatures} from '../feature/key-features.js'
import {KeyHistory} from '../history/key-history.js'
import type {Rule} from '../rule/rule.js'
import type {RuleFirings} from './firing.js'
import type {KeptFirings} from './kept-firings.js'
import type {ModelScore} from './model-score.js'
import type {Decision} from './policy.js'

/** A live rule that fires for a transaction. `alertId` is null while a cooldown suppresses its alert. */
export interface RuleHit {
  /** It need not run any more: what it found stays in the decision. */
  readonly rule: Pick<Rule, 'id' | 'version' | 'action' | 'score'>
  readonly alertId: string | null
  /** Why, as a sentence. */
  readonly reason: string
}

/** The decision on a transaction that some rule fired for or the model scored. Any other is approved, revision 0. */
export interface DecisionState {
  readonly transaction: StoredEvent
  decision: Decision
  revision: number
  hits: readonly RuleHit[]
  /** What the model said when the transaction came; undefined if it said nothing. */
  scored?: ModelScore | undefined
  /** The share of the control sample that the transaction belongs to; absent if it belongs to none. */
  control?: number | undefined
}

/** All that is kept of one key: its history, and what was said about it. */
export interface KeyState {
  /** Of the keyed stage that it belongs to. */
  readonly keyField: KeyField
  readonly key: string
  readonly history: KeyHistory
  /** What its features are worked out from; undefined where no view asks. */
  features: KeyFeatures | undefined
  /** Accepted in the batch that is under way, in the order of arrival; in the history once they are matched. */
  pending: readonly StoredEvent[]
  /** By rule and key value (`firingsKey`); undefined until a rule fires. */
  firings: Map<string, RuleFirings> | undefined
  /** What rules said that do not run; undefined if there are none. */
  stopped: readonly KeptFirings[] | undefined
  /** By transaction id; undefined until a live rule fires for one. */
  decisions: Map<string, DecisionState> | undefined
  /** Whether the key is on the list of those whose oldest events expire, by an event that does. */
  isListed: boolean
}

/** What most keys have pending at most times. */
export const NOTHING_PENDING: readonly StoredEvent[] = []

export function emptyKeyState(key: string, keyField: KeyField): KeyState {
  return {
    keyField,
    key,
    history: new KeyHistory(),
    features: undefined,
    pending: NOTHING_PENDING,
    firings: undefined,
    stopped: undefined,
    decisions: undefined,
    isListed: false,
  }
}
