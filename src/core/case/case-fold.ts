import type {AlertRecord} from '../decision/records.js'
import type {CaseChange} from './case-change.js'
import {type CaseRecord, toCaseRecord} from './case-events.js'
import {
  type CaseDeadlines,
  CHANGES_PER_CASE,
  caseAfterAlert,
  caseAfterChange,
  caseOpenedBy,
  takesAlerts,
} from './case-steps.js'
import {type CaseEntity, type CaseView, entityOf} from './case-view.js'

/** What is known of cases before a step: all that the step may ask for. */
export interface KnownCases {
  case(id: string): CaseView | undefined
  /** The id of the case that an alert is part of. */
  caseOf(alertId: string): string | undefined
  /** The id of the case that an entity's next alert joins. */
  currentOf(entity: CaseEntity): string | undefined
  /** What was done with a case that was not there yet, in order. Not asked where no change comes before its case. */
  waiting?(caseId: string): readonly CaseChange[]
}

/** Something that somebody did, with the case before and after it. */
export interface AppliedChange {
  readonly change: CaseChange
  readonly before: CaseView
  readonly after: CaseView
}

/** Takes alerts and changes one after the other, and collects what becomes of cases. What is known already changes nothing. */
export class CaseFold {
  /** Cases that changed, as they are now. */
  readonly cases = new Map<string, CaseView>()
  /** Of alerts that joined a case: its id. */
  readonly joined = new Map<string, string>()
  /** By entity, as JSON: its current case from now on. */
  readonly current = new Map<string, string>()
  /** What there is to tell, in order. */
  readonly records: CaseRecord[] = []
  readonly applied: AppliedChange[] = []
  /** By case: changes that wait for it to be opened, as far as that changed. */
  readonly waiting = new Map<string, readonly CaseChange[]>()

  /**
   * `keepsEarly`: a change of a case that is not there waits for it. Only where the log is read again: there alerts may be
   * found later than they were at first.
   */
  constructor(
    private readonly known: KnownCases,
    private readonly deadlines: CaseDeadlines,
    private readonly keepsEarly = false,
  ) {}

  /** `user`: whose card it is, of an alert by card. */
  alert(alert: AlertRecord, user: string | undefined): void {
    const entity = entityOf(alert, user)
    const own = this.find(this.joined.get(alert.alert_id) ?? this.known.caseOf(alert.alert_id))
    const before = own ?? this.joinable(entity)
    const after =
      before === undefined
        ? caseOpenedBy(alert, entity, this.deadlines)
        : caseAfterAlert(before, alert, this.deadlines)
    if (after === undefined) return
    this.step(before, after)
    if (own !== undefined) return
    this.joined.set(alert.alert_id, after.case_id)
    if (before !== undefined) return
    this.current.set(entityKey(entity), after.case_id)
    this.catchUp(after.case_id)
  }

  change(change: CaseChange): void {
    const before = this.find(change.case_id)
    if (before === undefined && this.keepsEarly) this.keep(change)
    const after = before === undefined ? undefined : caseAfterChange(before, change)
    if (before === undefined || after === undefined) return
    this.step(before, after)
    this.applied.push({change, before, after})
  }

  /** Does what was done with a case before it was opened here. */
  private catchUp(id: string): void {
    const changes = this.waitingFor(id)
    if (changes.length === 0) return
    this.waiting.set(id, [])
    for (const change of changes) this.change(change)
  }

  private keep(change: CaseChange): void {
    const {case_id, change_id} = change
    const before = this.waitingFor(case_id)
    if (before.length > CHANGES_PER_CASE || before.some((other) => other.change_id === change_id)) return
    this.waiting.set(case_id, [...before, change])
  }

  private waitingFor(id: string): readonly CaseChange[] {
    return this.waiting.get(id) ?? this.known.waiting?.(id) ?? []
  }

  private joinable(entity: CaseEntity): CaseView | undefined {
    const view = this.find(this.current.get(entityKey(entity)) ?? this.known.currentOf(entity))
    return view !== undefined && takesAlerts(view) ? view : undefined
  }

  private find(id: string | undefined): CaseView | undefined {
    return id === undefined ? undefined : (this.cases.get(id) ?? this.known.case(id))
  }

  private step(before: CaseView | undefined, after: CaseView): void {
    this.cases.set(after.case_id, after)
    this.records.push(toCaseRecord(before, after))
  }
}

/** Names an entity. */
export function entityKey({name, value}: CaseEntity): string {
  return JSON.stringify([name, value])
}
