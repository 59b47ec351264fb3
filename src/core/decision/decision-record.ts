import {formatTime, type WallTime} from '../event/time.js'
import type {DecisionState} from './key-state.js'
import type {DecisionRecord} from './records.js'

export interface DecisionCircumstances {
  readonly userId: string
  readonly bundle: string
  readonly decidedAt: WallTime
  readonly ingestedAt: WallTime
}

const NO_MODEL: readonly string[] = ['model']

/** The record of a decision as it stands. */
export function toDecisionRecord(state: DecisionState, circumstances: DecisionCircumstances): DecisionRecord {
  const {transaction, decision, revision, hits} = state
  return {
    transaction_id: transaction.id,
    user_id: circumstances.userId,
    decision,
    revision,
    score: null,
    rules: hits.map(({rule, alertId}) => ({
      id: rule.id,
      version: rule.version,
      action: rule.action,
      score: rule.score,
      mode: 'live',
      alert_id: alertId,
    })),
    reasons: decision === 'approve' ? [] : reasonsOf(state),
    model: null,
    bundle: circumstances.bundle,
    degraded: NO_MODEL as string[],
    event_time: formatTime(transaction.time),
    decided_at: formatTime(circumstances.decidedAt),
    latency_ms: Math.max(0, circumstances.decidedAt - circumstances.ingestedAt),
  }
}

/** The rules that speak for the decision, each with its share of their scores. */
function reasonsOf({hits, decision}: DecisionState): DecisionRecord['reasons'] {
  const speaking = hits.filter(({rule}) => rule.action === decision)
  const total = speaking.reduce((sum, {rule}) => sum + rule.score, 0)
  return speaking.map(({rule, reason}) => ({
    code: rule.id.toUpperCase().replaceAll('-', '_'),
    text: reason,
    weight: Math.round((rule.score / total) * 100) / 100,
  }))
}
