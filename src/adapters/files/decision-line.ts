import type {DecisionRecord} from '../../core/decision/records.js'

/**
 * A decision as a line of JSON. Most decisions have no rules and no reasons: for those, writing the text out costs a
 * third of what serialising costs. Field for field the same as JSON.stringify.
 */
export function decisionLine(record: DecisionRecord): string {
  const {rules, reasons, model, score} = record
  if (rules.length > 0 || reasons.length > 0 || model !== null || score !== null)
    return JSON.stringify(record)
  const {transaction_id, user_id, decision, revision, bundle, degraded} = record
  return (
    `{"transaction_id":${JSON.stringify(transaction_id)},"user_id":${JSON.stringify(user_id)},` +
    `"decision":"${decision}","revision":${revision},"score":null,"rules":[],"reasons":[],"model":null,` +
    `"bundle":"${bundle}","degraded":${JSON.stringify(degraded)},"event_time":"${record.event_time}",` +
    `"decided_at":"${record.decided_at}","latency_ms":${record.latency_ms}}`
  )
}
