import type {Actor, AuditedChange} from '../../core/case/audit-record.js'

/** What the audit trail tells where somebody had a version trained. */
export function retrainAsked(actor: Actor): AuditedChange {
  return {actor, action: 'model.retrain', subject: {type: 'model', id: 'new'}, before: null, after: null}
}
