import {formatTime, type WallTime} from '../event/time.js'
import {keyValueOf} from './firing.js'
import type {AlertRecord} from './records.js'
import type {ExplainedChange} from './rule-evaluator.js'

export interface AlertCircumstances {
  /** The key of the history in which the rule fires: the user or, in a further stage, the rule's own key. */
  readonly stageKey: string
  readonly bundle: string
  readonly detectedAt: WallTime
  /** Whether an event other than the anchor brought it about. */
  readonly late: boolean
}

/** The record of a change to an alert; undefined if the change concerns the decision only. */
export function toAlertRecord(
  change: ExplainedChange,
  circumstances: AlertCircumstances,
): AlertRecord | undefined {
  const {rule, anchor, record, match, explanation} = change
  if (record === undefined) return undefined
  return {
    type: record.type,
    alert_id: change.alertId,
    revision: record.revision,
    rule: {id: rule.id, version: rule.version},
    mode: rule.mode === 'shadow' ? 'shadow' : 'live',
    severity: rule.severity,
    action: rule.action,
    score: rule.score,
    key: {name: rule.key, value: keyValueOf(rule, circumstances.stageKey, anchor)},
    anchor: {stream: anchor.stream, id: anchor.id},
    event_time: formatTime(match.deadline ?? anchor.time),
    detected_at: formatTime(circumstances.detectedAt),
    events: match.evidence.map(({as, event}) => ({
      as,
      stream: event.stream,
      id: event.id,
      event_time: formatTime(event.time),
    })),
    reason: explanation.reason,
    clauses: [...explanation.clauses],
    flips: [...explanation.flips],
    late: circumstances.late,
    truncated: match.truncated,
    settled: false,
    bundle: circumstances.bundle,
  }
}
