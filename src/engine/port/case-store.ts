import type {CaseRecord} from '../../core/case/case-events.js'
import type {CaseStatus, CaseView} from '../../core/case/case-view.js'
import type {Page} from './read-model.js'
import type {OutboxEntry} from './state-store.js'

/** Which cases to list; what is left out does not narrow. Times in ms. */
export interface CaseFilter {
  readonly status?: CaseStatus | undefined
  readonly severity?: CaseView['severity'] | undefined
  /** The name of what a case is about, such as `user_id`. */
  readonly entity?: string | undefined
  /** Its value. */
  readonly value?: string | undefined
  readonly assignee?: string | undefined
  /** Only those that are not closed and were due before. */
  readonly dueBefore?: number | undefined
  /** Event time at which it was opened, inclusive. */
  readonly from?: number | undefined
  /** The same, exclusive. */
  readonly to?: number | undefined
}

/** Cases, for those who ask. */
export interface CaseReader {
  /** The newest first, by when they were opened. Rejects with InvalidCursorError for a cursor it did not give. */
  cases(filter: CaseFilter, limit: number, cursor: string | undefined): Promise<Page<CaseView>>
  case(id: string): Promise<CaseView | undefined>
  /** How many cases are not closed, and how many of them were due before a time (ms). Counts no further than 10,000. */
  standing(dueBefore: number): Promise<CasesStanding>
}

export interface CasesStanding {
  readonly open: number
  readonly overdue: number
}

/** Where cases are kept. */
export interface CaseStore extends CaseReader {
  /**
   * Lets the alerts and changes of an outbox entry become part of cases: all of one entity or none. Gives what happened to
   * cases, in order; for an entry that is given again, nothing.
   */
  fold(entry: OutboxEntry): Promise<readonly CaseRecord[]>
  /** Drops cases whose alerts all have an event time (ms) before `before`. Returns how many. */
  expireCases(before: number): Promise<number>
}

/** Counting goes no further. */
export const CASES_COUNTED = 10_000

/** Whether a filter lets a case through, its times of opening aside. */
export function passesCase(view: CaseView, filter: CaseFilter): boolean {
  if (filter.status !== undefined && filter.status !== view.status) return false
  if (filter.severity !== undefined && filter.severity !== view.severity) return false
  if (filter.entity !== undefined && filter.entity !== view.entity.name) return false
  if (filter.value !== undefined && filter.value !== view.entity.value) return false
  if (filter.assignee !== undefined && filter.assignee !== view.assignee) return false
  if (filter.dueBefore === undefined) return true
  return view.closed === null && Date.parse(view.due_at) < filter.dueBefore
}

/** The newest event time (ms) of a case's alerts: what its retention counts from. */
export function newestAlertTime({alerts}: CaseView): number {
  return Math.max(...alerts.map(({event_time}) => Date.parse(event_time)))
}
