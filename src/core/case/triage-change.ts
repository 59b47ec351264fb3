import type {AlertChange} from './alert-change.js'
import {type AlertView, type Note, UNTOUCHED, viewAfterNote, viewAfterTriage} from './alert-view.js'
import type {AuditedChange} from './audit-record.js'

/** An alert that somebody changed, and what the audit trail tells of it. */
export interface TriageChange {
  readonly view: AlertView
  readonly told: AuditedChange
}

/**
 * The alert after a change. The trail counts notes, and holds none. Undefined for a note that the alert has already.
 * Throws TooManyNotesError.
 */
export function triageAfter(view: AlertView, change: AlertChange): TriageChange | undefined {
  const {alert_id: id, by: actor} = change
  const about = {actor, subject: {type: 'alert', id}}
  const {assignee, in_review, notes} = view.triage ?? UNTOUCHED
  if (change.type === 'alert_assigned') {
    const after = {assignee: change.assignee, in_review: change.in_review}
    const told = {...about, action: 'alert.assign', before: {assignee, in_review}, after}
    return {view: viewAfterTriage(view, after), told}
  }
  const note: Note = {at: change.at, by: actor, text: change.text}
  if (notes.some((other) => isSame(other, note))) return undefined
  const count = notes.length
  const told = {...about, action: 'alert.note', before: {notes: count}, after: {notes: count + 1}}
  return {view: viewAfterNote(view, note), told}
}

/** Nobody writes the same twice within a millisecond. */
function isSame(one: Note, other: Note): boolean {
  return one.at === other.at && one.by.id === other.by.id && one.text === other.text
}
