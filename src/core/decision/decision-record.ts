import {formatTime, type WallTime} from '../event/time.js'
import {askedFor} from './decision-state.js'
import type {DecisionState} from './key-state.js'
import type {DecisionRecord} from './records.js'
import {isModelHit} from './score-decision.js'

export interface DecisionCircumstances {
  readonly userId: string
  readonly bundle: string
  readonly decidedAt: WallTime
  readonly ingestedAt: WallTime
}

/** Nothing speaks against the transaction. */
const PICKED_FOR_REVIEW = {
  code: 'CONTROL_SAMPLE',
  text: 'Picked at random to be looked at, as a sample of what is approved',
  weight: 1,
}

/** The record of a decision as it stands. */
export function toDecisionRecord(state: DecisionState, circumstances: DecisionCircumstances): DecisionRecord {
  const {transaction, decision, revision, hits, scored} = state
  return {
    transaction_id: transaction.id,
    user_id: circumstances.userId,
    decision,
    revision,
    score: scored?.score ?? null,
    rules: hits.map(({rule, alertId}) => ({
      id: rule.id,
      version: rule.version,
      action: rule.action,
      score: rule.score,
      mode: 'live',
      alert_id: alertId,
    })),
    reasons: reasonsOf(state),
    model: scored?.model ?? null,
    bundle: circumstances.bundle,
    degraded: degradedBy(scored),
    event_time: formatTime(transaction.time),
    decided_at: formatTime(circumstances.decidedAt),
    latency_ms: Math.max(0, circumstances.decidedAt - circumstances.ingestedAt),
  }
}

/** What could not take part, or not as it should. */
function degradedBy(scored: DecisionState['scored']): string[] {
  if (scored === undefined) return ['model']
  return scored.lacksFeatures === true ? ['features'] : []
}

/** The rules that speak for the decision, each with its share of their scores; the model with what moved it. */
function reasonsOf(state: DecisionState): DecisionRecord['reasons'] {
  const {hits, decision, scored} = state
  if (decision === 'approve') return []
  if (askedFor(state) === 'approve') return [PICKED_FOR_REVIEW]
  const speaking = hits.filter(({rule}) => rule.action === decision)
  const total = speaking.reduce((sum, {rule}) => sum + rule.score, 0)
  return speaking.flatMap((hit) => {
    const {rule, reason} = hit
    const share = rule.score / total
    if (isModelHit(hit) && scored !== undefined && scored.reasons.length > 0)
      return scored.reasons.map((each) => ({...each, weight: toHundredths(share * each.weight)}))
    return [{code: rule.id.toUpperCase().replaceAll('-', '_'), text: reason, weight: toHundredths(share)}]
  })
}

function toHundredths(share: number): number {
  return Math.round(share * 100) / 100
}
