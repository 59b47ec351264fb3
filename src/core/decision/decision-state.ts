import type {StoredEvent} from '../event/stored-event.js'
import {TRANSACTIONS} from '../event/stream.js'
import {treatedInstead} from './control-sample.js'
import type {DecisionState, KeyState, RuleHit} from './key-state.js'
import {type Decision, decide} from './policy.js'
import type {ExplainedChange} from './rule-evaluator.js'

/**
 * Takes a change of a firing into the decision on its anchor. Returns the decision's state if the change is one of
 * a live rule about a transaction, so that the decision has to be looked at anew.
 */
export function applyToDecision(state: KeyState, change: ExplainedChange): DecisionState | undefined {
  const {rule, anchor, hit} = change
  if (rule.mode !== 'live' || anchor.stream !== TRANSACTIONS) return undefined
  return applyHit(state, anchor, hitOf(change), hit !== 'none')
}

/** The same for a hit on a transaction of the user, which stands from now on, or no longer does. */
export function applyHit(
  state: KeyState,
  transaction: StoredEvent,
  hit: RuleHit,
  stands: boolean,
): DecisionState | undefined {
  const known = state.decisions?.get(transaction.id)
  if (known === undefined && !stands) return undefined
  const decision = known ?? undecided(transaction)
  const {id, version} = hit.rule
  const others = decision.hits.filter(({rule: other}) => other.id !== id || other.version !== version)
  decision.hits = stands ? [...others, hit].sort(byWeight) : others
  decision.decision = decisionOf(decision)
  rememberDecision(state, decision)
  return decision
}

/** What a change of a firing says of the transaction that is its anchor. */
export function hitOf({rule, hit, alertId, explanation}: ExplainedChange): RuleHit {
  const {id, version, action, score} = rule
  return {
    rule: {id, version, action, score},
    alertId: hit === 'alerted' ? alertId : null,
    reason: explanation.reason,
  }
}

/** The decision that its hits ask for. */
export function askedFor({hits}: DecisionState): Decision {
  return decide(hits.map(({rule}) => rule))
}

/** The decision as it is given: of a transaction in the control sample, another one than its hits ask for. */
export function decisionOf(state: DecisionState): Decision {
  const asked = askedFor(state)
  return state.control === undefined ? asked : treatedInstead(asked)
}

/** Keeps the state of a decision that is not merely "approve, revision 0". */
export function rememberDecision(state: KeyState, decision: DecisionState): void {
  if (state.decisions === undefined) state.decisions = new Map()
  state.decisions.set(decision.transaction.id, decision)
}

/** The user on whose transaction a live rule of a further stage speaks; undefined if it is about no decision. */
export function userOf({rule, anchor}: ExplainedChange): string | undefined {
  const user = anchor.fields.user_id
  return rule.mode === 'live' && anchor.stream === TRANSACTIONS && typeof user === 'string' ? user : undefined
}

/** What tells one revision of a decision from the next: the decision and the set of rules. */
export function decisionFingerprint({decision, hits}: DecisionState): string {
  return [decision, ...hits.map(({rule, alertId}) => `${rule.id} ${rule.version} ${alertId}`)].join('\n')
}

/** Of most decisions: one list for all, which are kept for hours. */
const NO_HITS: readonly RuleHit[] = []

/** The decision on a transaction that no rule fired for. */
export function undecided(transaction: StoredEvent): DecisionState {
  return {transaction, decision: 'approve', revision: 0, hits: NO_HITS}
}

/** The weightiest first; equal ones by id, so that the order does not depend on arrival. */
function byWeight(a: RuleHit, b: RuleHit): number {
  if (a.rule.score !== b.rule.score) return b.rule.score - a.rule.score
  return a.rule.id === b.rule.id ? a.rule.version - b.rule.version : a.rule.id < b.rule.id ? -1 : 1
}
