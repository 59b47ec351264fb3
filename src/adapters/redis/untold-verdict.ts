import {hash} from 'node:crypto'
import type {AuditedChange} from '../../core/case/audit-record.js'
import type {Verdict} from '../../core/case/verdict.js'

/** What a verdict changed, on its way to the audit trail: under the same id and time, however often the log is read. */
export function untoldVerdict({event_time, feedback_id, user_id}: Verdict, told: AuditedChange): string {
  const identity = JSON.stringify([user_id, feedback_id, event_time, told.subject])
  return hash('sha256', identity, 'hex') + JSON.stringify({at: event_time, ...told})
}
