import type {Actor} from '../../core/case/audit-record.js'
import type {ListEntry} from '../../core/case/case-change.js'
import {CHANGES_PER_CASE} from '../../core/case/case-steps.js'
import type {CaseView} from '../../core/case/case-view.js'
import type {Verdict} from '../../core/case/verdict.js'

/** A case that was closed, and what followed. */
export interface CloseReport {
  readonly view: CaseView
  /** So many verdicts went over the log: one for each alert that stands and whose user is known. */
  readonly verdicts: number
  readonly listEntries: readonly ListEntry[]
}

/**
 * What people do with cases. All resolve when it is on the log and counts; with undefined if there is no such case. They
 * reject with CaseClosedError, and all but `close` with TooManyChangesError.
 */
export interface CaseService {
  /** Null: nobody. */
  assign(id: string, assignee: string | null, by: Actor): Promise<CaseView | undefined>
  note(id: string, text: string, by: Actor): Promise<CaseView | undefined>
  /** Somebody looks at it now: whoever asks, where it is nobody's yet. */
  review(id: string, by: Actor): Promise<CaseView | undefined>
  /** Rejects with RulesRefusedError if a list cannot take what it is to take. */
  close(id: string, verdict: Verdict['verdict'], by: Actor): Promise<CloseReport | undefined>
}

/** Nothing is done with a case that is closed: a new alert opens a new one. */
export class CaseClosedError extends Error {
  constructor() {
    super('the case is closed; the next alert about it opens a new one')
    this.name = 'CaseClosedError'
  }
}

/** As much was done with a case as may be. */
export class TooManyChangesError extends RangeError {
  constructor() {
    super(`${CHANGES_PER_CASE} things were done with this case, notes among them; close it`)
    this.name = 'TooManyChangesError'
  }
}
