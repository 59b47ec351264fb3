import type {AlertRecord} from '../decision/records.js'
import {formatTime, type WallTime} from '../event/time.js'
import type {CaseChange} from './case-change.js'
import {type CaseAlert, type CaseEntity, type CaseStatus, type CaseView, caseId} from './case-view.js'

/** From an alert's event time to when its case is due, in ms, by the alert's severity. */
export type CaseDeadlines = {readonly [S in AlertRecord['severity']]: number}

/** A case takes so many alerts. Further ones open another case of the same entity. */
export const ALERTS_PER_CASE = 500

/** People may do so much with a case, closing it aside. */
export const CHANGES_PER_CASE = 200

const RANKS = {low: 0, medium: 1, high: 2, critical: 3} as const

/** The case that an alert opens; undefined for one that does not hold, or that only tries a rule out. */
export function caseOpenedBy(
  alert: AlertRecord,
  entity: CaseEntity,
  deadlines: CaseDeadlines,
): CaseView | undefined {
  if (alert.mode === 'shadow' || alert.type === 'alert.retracted') return undefined
  return viewOf(
    {
      case_id: caseId(entity, alert.alert_id),
      revision: 0,
      entity,
      opened_at: alert.event_time,
      updated_at: alert.event_time,
      due_at: dueAt(alert, deadlines),
      assignee: null,
      closed: null,
      alerts: [toCaseAlert(alert)],
      changes: [],
    },
    false,
  )
}

/** Whether a case can take one more alert. */
export function takesAlerts({closed, alerts}: CaseView): boolean {
  return closed === null && alerts.length < ALERTS_PER_CASE
}

/** The case after a record of one of its alerts, or of one that joins it; undefined if the record is not newer. */
export function caseAfterAlert(
  view: CaseView,
  alert: AlertRecord,
  deadlines: CaseDeadlines,
): CaseView | undefined {
  const known = view.alerts.find(({alert_id}) => alert_id === alert.alert_id)
  if (known !== undefined && known.revision >= alert.revision) return undefined
  if (known === undefined && (alert.mode === 'shadow' || alert.type === 'alert.retracted')) return undefined
  const after = toCaseAlert(alert)
  const alerts =
    known === undefined
      ? [...view.alerts, after]
      : view.alerts.map((other) => (other === known ? after : other))
  const due = dueAt(alert, deadlines)
  // What a case was due by stays: an alert that is taken back has been somebody's work.
  const due_at = view.closed === null && due < view.due_at ? due : view.due_at
  const next = {...view, revision: view.revision + 1, updated_at: alert.event_time, alerts, due_at}
  return viewOf(next, view.status === 'in_review')
}

/** The case after what somebody did with it; undefined if that is known already, or not possible any more. */
export function caseAfterChange(view: CaseView, change: CaseChange): CaseView | undefined {
  if (view.closed !== null || view.changes.some(({change_id}) => change_id === change.change_id))
    return undefined
  if (change.type !== 'closed' && view.changes.length >= CHANGES_PER_CASE) return undefined
  const {at, by, type} = change
  const wasInReview = view.status === 'in_review'
  const next = {...view, revision: view.revision + 1, updated_at: at, changes: [...view.changes, change]}
  switch (type) {
    case 'assigned':
      return viewOf({...next, assignee: change.assignee}, wasInReview && change.assignee === view.assignee)
    case 'reviewed':
      return viewOf({...next, assignee: view.assignee ?? change.assignee}, true)
    case 'closed':
      return viewOf({...next, closed: {verdict: change.verdict, at, by}}, wasInReview)
    case 'noted':
      return viewOf(next, wasInReview)
  }
}

function viewOf(parts: Omit<CaseView, 'status' | 'severity'>, isInReview: boolean): CaseView {
  const {case_id, revision, entity, ...rest} = parts
  const status = statusOf(parts, isInReview)
  return {case_id, revision, entity, ...rest, status, severity: severityOf(parts.alerts)}
}

function statusOf(
  {closed, assignee}: Pick<CaseView, 'closed' | 'assignee'>,
  isInReview: boolean,
): CaseStatus {
  if (closed !== null) return `closed_${closed.verdict}`
  if (isInReview) return 'in_review'
  return assignee === null ? 'open' : 'assigned'
}

function severityOf(alerts: readonly CaseAlert[]): CaseAlert['severity'] {
  const standing = alerts.filter(({standing}) => standing)
  const counted = (standing.length > 0 ? standing : alerts).map(({severity}) => severity)
  return counted.reduce((highest, severity) => (RANKS[severity] > RANKS[highest] ? severity : highest))
}

function toCaseAlert({alert_id, revision, rule, severity, event_time, anchor, type}: AlertRecord): CaseAlert {
  const standing = type !== 'alert.retracted'
  return {alert_id, revision, rule: rule.id, severity, event_time, anchor, standing}
}

/** Counted in event time, so that every reading of the log gives the same. */
function dueAt({event_time, severity}: AlertRecord, deadlines: CaseDeadlines): string {
  return formatTime((Date.parse(event_time) + deadlines[severity]) as WallTime)
}
