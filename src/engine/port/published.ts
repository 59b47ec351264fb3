import type {DecisionRecord} from '../../core/decision/records.js'
import type {AlertFilter, AlertView} from './read-model.js'

/** Event time in ms of a record that was published. */
export function eventTimeOf(record: {readonly event_time: string}): number {
  return Date.parse(record.event_time)
}

/**
 * Whether a decision takes the place of the one that is known for its user and transaction id. An id that comes again
 * long after, when duplicates are no longer remembered, is another transaction: its event time is later.
 */
export function supersedes(decision: DecisionRecord, known: DecisionRecord | undefined): boolean {
  if (known === undefined) return true
  const later = eventTimeOf(decision) - eventTimeOf(known)
  return later > 0 || (later === 0 && decision.revision > known.revision)
}

/** Whether a filter lets an alert through, its times aside. */
export function passes({status, alert, triage}: AlertView, filter: AlertFilter): boolean {
  if (filter.status !== undefined && filter.status !== status) return false
  if (filter.rule !== undefined && filter.rule !== alert.rule.id) return false
  if (filter.severity !== undefined && filter.severity !== alert.severity) return false
  if (filter.mode !== undefined && filter.mode !== alert.mode) return false
  if (filter.assignee !== undefined && filter.assignee !== triage?.assignee) return false
  if (filter.user === undefined) return true
  return alert.key.name === 'user_id' && alert.key.value === filter.user
}
