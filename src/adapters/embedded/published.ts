import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {AlertFilter, AlertStatus, AlertView} from '../../engine/port/read-model.js'

/** Event time in ms of a record that was published. */
export function eventTimeOf(record: {readonly event_time: string}): number {
  return Date.parse(record.event_time)
}

/** The view after a record was published; undefined if the record is not newer than what is known. */
export function viewAfter(known: AlertView | undefined, alert: AlertRecord): AlertView | undefined {
  if (known !== undefined && known.alert.revision >= alert.revision) return undefined
  return {status: statusAfter(known?.status, alert), alert}
}

/** What people made of an alert stays when it is amended; a retracted one that comes back is open. */
function statusAfter(known: AlertStatus | undefined, {type}: AlertRecord): AlertStatus {
  if (type === 'alert.retracted') return 'retracted'
  return known === undefined || known === 'retracted' ? 'open' : known
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
export function passes({status, alert}: AlertView, filter: AlertFilter): boolean {
  if (filter.status !== undefined && filter.status !== status) return false
  if (filter.rule !== undefined && filter.rule !== alert.rule.id) return false
  if (filter.severity !== undefined && filter.severity !== alert.severity) return false
  if (filter.user === undefined) return true
  return alert.key.name === 'user_id' && alert.key.value === filter.user
}
