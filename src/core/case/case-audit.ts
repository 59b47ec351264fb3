import type {AuditedChange} from './audit-record.js'
import type {AppliedChange} from './case-fold.js'
import type {CaseView} from './case-view.js'

const ACTIONS = {
  assigned: 'case.assign',
  noted: 'case.note',
  reviewed: 'case.review',
  closed: 'case.close',
} as const

/** How the trail tells of what somebody did with a case. It counts notes, and holds none. */
export function auditedCaseChange({change, before, after}: AppliedChange): AuditedChange {
  const more = change.type === 'closed' ? {list_entries: change.list_entries} : {}
  return {
    actor: change.by,
    action: ACTIONS[change.type],
    subject: {type: 'case', id: change.case_id},
    before: standing(before),
    after: {...standing(after), ...more},
  }
}

function standing({status, assignee, changes}: CaseView): {
  readonly status: string
  readonly assignee: string | null
  readonly notes: number
} {
  return {status, assignee, notes: changes.filter(({type}) => type === 'noted').length}
}
