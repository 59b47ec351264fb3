import type {StoredEvent} from '../event/stored-event.js'
import {formatTime} from '../event/time.js'
import {alertId} from './alert-identity.js'
import type {AlertCircumstances} from './alert-record.js'
import {isInControlSample} from './control-sample.js'
import {decisionOf} from './decision-state.js'
import type {DecisionState, RuleHit} from './key-state.js'
import type {ModelScore} from './model-score.js'
import type {Policy} from './policy.js'
import type {AlertRecord} from './records.js'

/** What alerts and decisions call the model among rules. */
export const MODEL_RULE = 'model'

/**
 * Takes the model's score into a decision: from the policy's thresholds on it is a hit like a rule's, with the score 100 × p.
 * Where there is a score, the policy's control sample counts, too: it serves the model.
 * Returns the hit.
 */
export function applyScore(
  decision: DecisionState,
  scored: ModelScore,
  user: string,
  policy: Policy,
): RuleHit | undefined {
  const {transaction} = decision
  const {control_sample: sample} = policy
  decision.scored = scored
  if (sample !== undefined && isInControlSample(transaction.id, sample)) decision.control = sample.share
  const hit = hitOf(transaction, scored, user, policy)
  if (hit !== undefined) decision.hits = [...decision.hits, hit].sort((a, b) => b.rule.score - a.rule.score)
  decision.decision = decisionOf(decision)
  return hit
}

/** The alert of a model's hit. It is opened once: a score is not given anew. */
export function toModelAlert(
  {rule, alertId: id, reason}: RuleHit,
  {transaction, scored}: DecisionState,
  policy: Policy,
  {stageKey, bundle, detectedAt, late}: AlertCircumstances,
): AlertRecord {
  const event = {stream: transaction.stream, id: transaction.id}
  const isDecline = rule.action === 'decline'
  const threshold = isDecline ? policy.model.decline : policy.model.review
  return {
    type: 'alert.opened',
    alert_id: id as string,
    revision: 0,
    rule: {id: rule.id, version: rule.version},
    mode: 'live',
    severity: isDecline ? 'high' : 'medium',
    action: rule.action,
    score: rule.score,
    key: {name: 'user_id', value: stageKey},
    anchor: event,
    event_time: formatTime(transaction.time),
    detected_at: formatTime(detectedAt),
    events: [{as: 'transaction', ...event, event_time: formatTime(transaction.time)}],
    reason,
    clauses: [{text: `score >= ${threshold}`, value: scored?.score ?? null, holds: true}],
    flips: [`score < ${threshold}`],
    late,
    truncated: false,
    settled: false,
    bundle,
  }
}

/** Whether a hit is the model's. */
export function isModelHit({rule}: RuleHit): boolean {
  return rule.id === MODEL_RULE
}

function hitOf(
  transaction: StoredEvent,
  {model, score, reasons}: ModelScore,
  user: string,
  {model: thresholds}: Policy,
): RuleHit | undefined {
  if (score < Math.min(thresholds.review, thresholds.decline)) return undefined
  const action = score >= thresholds.decline ? 'decline' : 'review'
  const identity = {id: MODEL_RULE, version: model.version}
  const why = reasons.map(({text}) => text).join('; ')
  return {
    rule: {...identity, action, score: Math.round(score * 10_000) / 100},
    alertId: alertId({...identity, key: 'user_id'}, user, transaction),
    reason: `The model gives this transaction a score of ${score.toFixed(3)}${why === '' ? '' : `: ${why}`}`,
  }
}
