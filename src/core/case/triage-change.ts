import {
  type AlertView,
  type Note,
  type Triage,
  UNTOUCHED,
  viewAfterNote,
  viewAfterTriage,
} from './alert-view.js'
import type {AuditedChange} from './audit-record.js'

/** An alert that somebody changed, and what of it the audit trail tells. */
export interface TriageChange extends Pick<AuditedChange, 'action' | 'before' | 'after'> {
  readonly view: AlertView
}

/** Who is to look at an alert, and whether somebody does. */
export function assigned(view: AlertView, change: Pick<Triage, 'assignee' | 'in_review'>): TriageChange {
  const {assignee, in_review} = view.triage ?? UNTOUCHED
  const before = {assignee, in_review}
  return {action: 'alert.assign', view: viewAfterTriage(view, change), before, after: change}
}

/** One more note. The trail counts notes, and holds none. Throws TooManyNotesError. */
export function noted(view: AlertView, note: Note): TriageChange {
  const notes = view.triage?.notes.length ?? 0
  return {action: 'alert.note', view: viewAfterNote(view, note), before: {notes}, after: {notes: notes + 1}}
}
