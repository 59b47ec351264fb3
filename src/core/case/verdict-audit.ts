import type {AlertView} from './alert-view.js'
import type {Actor, AuditedChange} from './audit-record.js'
import type {Verdict} from './verdict.js'

/** How the trail tells that a verdict closed an alert, or changed how it was closed. */
export function auditedClosing(verdict: Verdict, before: AlertView, after: AlertView): AuditedChange {
  return {
    actor: giverOf(verdict),
    action: 'alert.verdict',
    subject: {type: 'alert', id: after.alert.alert_id},
    before: {status: before.status, verdict: before.triage?.verdict?.verdict ?? null},
    after: {status: after.status, verdict: verdict.verdict, feedback_id: verdict.feedback_id},
  }
}

/**
 * How it tells of a verdict that somebody gave on a transaction, whether or not there are alerts about it: versions of the model
 * learn from it. Undefined for one on an alert, and for one of which nobody says that he gave it.
 */
export function auditedLabel(verdict: Verdict): AuditedChange | undefined {
  const {alert_id, transaction_id, reviewer, feedback_id, source} = verdict
  if (alert_id !== null || transaction_id === null || reviewer === null) return undefined
  return {
    actor: giverOf(verdict),
    action: 'transaction.verdict',
    subject: {type: 'transaction', id: transaction_id},
    before: null,
    after: {verdict: verdict.verdict, source, feedback_id},
  }
}

function giverOf({reviewer, source}: Verdict): Actor {
  const id = reviewer ?? source ?? 'unknown'
  return {id, name: id}
}
