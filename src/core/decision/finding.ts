import {hitOf, userOf} from './decision-state.js'
import type {RuleHit} from './key-state.js'
import type {ExplainedChange} from './rule-evaluator.js'

/** What a rule by another key than the user found about a user's transaction. Plain data: it travels to the user's partition. */
export interface Finding {
  readonly user: string
  readonly transaction: string
  readonly hit: RuleHit
  /** Whether the rule hits from now on; false: no longer. */
  readonly stands: boolean
}

/** What a change says of a decision; undefined if it is about none, or changes none. */
export function findingOf(change: ExplainedChange): Finding | undefined {
  const user = userOf(change)
  const {hit, record, wasSuppressed, anchor} = change
  const waits = hit === 'none' && record === undefined && !wasSuppressed
  if (user === undefined || waits) return undefined
  return {user, transaction: anchor.id, hit: hitOf(change), stands: hit !== 'none'}
}
