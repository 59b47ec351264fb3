import type {StoredEvent} from '../event/stored-event.js'
import {TRANSACTIONS} from '../event/stream.js'
import type {DecisionState, KeyState, RuleHit} from './key-state.js'
import {decide} from './policy.js'
import type {ExplainedChange} from './rule-evaluator.js'

/**
 * Takes a change of a firing into the decision on its anchor. Returns the decision's state if the change is one of
 * a live rule about a transaction, so that the decision has to be looked at anew.
 */
export function applyToDecision(state: KeyState, change: ExplainedChange): DecisionState | undefined {
  const {rule, anchor, hit} = change
  if (rule.mode !== 'live' || anchor.stream !== TRANSACTIONS) return undefined
  const known = state.decisions?.get(anchor.id)
  if (known === undefined && hit === 'none') return undefined
  const decision = known ?? undecided(anchor)
  const {id, version, action, score} = rule
  const others = decision.hits.filter(({rule: other}) => other.id !== id || other.version !== version)
  const alertId = hit === 'alerted' ? change.alertId : null
  const own = {rule: {id, version, action, score}, alertId, reason: change.explanation.reason}
  decision.hits = hit === 'none' ? others : [...others, own].sort(byWeight)
  decision.decision = decide(decision.hits.map(({rule: hitting}) => hitting))
  rememberDecision(state, decision)
  return decision
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

/** The decision on a transaction that no rule fired for. */
export function undecided(transaction: StoredEvent): DecisionState {
  return {transaction, decision: 'approve', revision: 0, hits: []}
}

/** The weightiest first; equal ones by id, so that the order does not depend on arrival. */
function byWeight(a: RuleHit, b: RuleHit): number {
  if (a.rule.score !== b.rule.score) return b.rule.score - a.rule.score
  return a.rule.id === b.rule.id ? a.rule.version - b.rule.version : a.rule.id < b.rule.id ? -1 : 1
}
