import {randomUUID} from 'node:crypto'
import {
  CaseClosedError,
  type CaseService,
  type CloseReport,
  TooManyChangesError,
} from '../../adapters/http/case-service.js'
import type {Actor} from '../../core/case/audit-record.js'
import type {CaseChange, ListEntry} from '../../core/case/case-change.js'
import {CHANGES_PER_CASE} from '../../core/case/case-steps.js'
import type {CaseAlert, CaseEntity, CaseView} from '../../core/case/case-view.js'
import type {Verdict} from '../../core/case/verdict.js'
import {FEEDBACK, TRANSACTIONS} from '../../core/event/stream.js'
import {formatTime} from '../../core/event/time.js'
import type {CaseReader} from '../../engine/port/case-store.js'
import type {Clock} from '../../engine/port/clock.js'
import type {IntakeRecord} from '../../engine/port/event-intake.js'
import type {ReadModel} from '../../engine/port/read-model.js'

export interface CaseDeskParts {
  readonly cases: CaseReader
  readonly decisions: Pick<ReadModel, 'decision'>
  /**
   * Puts a change, and the inputs that go with it, on the log. Resolves when the change is published and the inputs count.
   * `entity`: what the case is about.
   */
  readonly append: (
    change: CaseChange,
    inputs: readonly IntakeRecord[],
    entity: CaseEntity,
  ) => Promise<unknown>
  /** What a case that is closed as fraud puts into lists, after it was put there. */
  readonly list: (view: CaseView, by: Actor) => Promise<readonly ListEntry[]>
  readonly clock: Clock
}

type Close = Extract<CaseChange, {type: 'closed'}>

/** Puts what people do with cases on the log, and tells them when it counts. */
export class CaseDesk implements CaseService {
  /** By case: the last thing that is being done with it. One after the other, so that nobody works on what was closed meanwhile. */
  private readonly turns = new Map<string, Promise<unknown>>()

  constructor(private readonly parts: CaseDeskParts) {}

  assign(id: string, assignee: string | null, by: Actor): Promise<CaseView | undefined> {
    return this.change(id, () => ({...this.begun(id, by), type: 'assigned', assignee}))
  }

  note(id: string, text: string, by: Actor): Promise<CaseView | undefined> {
    return this.change(id, () => ({...this.begun(id, by), type: 'noted', text}))
  }

  review(id: string, by: Actor): Promise<CaseView | undefined> {
    return this.change(id, () => ({...this.begun(id, by), type: 'reviewed', assignee: by.name}))
  }

  close(id: string, verdict: Verdict['verdict'], by: Actor): Promise<CloseReport | undefined> {
    return this.inTurn(id, async () => {
      const view = await this.open(id)
      if (view === undefined) return undefined
      // First: a crash after it leaves an open case, which is closed again, and never a closed one that lacks its entries.
      const listEntries = verdict === 'fraud' ? await this.parts.list(view, by) : []
      const change: Close = {...this.begun(id, by), type: 'closed', verdict, list_entries: [...listEntries]}
      const verdicts = await this.verdictsOn(view, change)
      const closed = await this.append(change, verdicts, view)
      return closed && {view: closed, verdicts: verdicts.length, listEntries}
    })
  }

  private change(id: string, make: () => CaseChange): Promise<CaseView | undefined> {
    return this.inTurn(id, async () => {
      const view = await this.open(id)
      if (view === undefined) return undefined
      if (view.changes.length >= CHANGES_PER_CASE) throw new TooManyChangesError()
      return this.append(make(), [], view)
    })
  }

  private async open(id: string): Promise<CaseView | undefined> {
    const view = await this.parts.cases.case(id)
    if (view !== undefined && view.closed !== null) throw new CaseClosedError()
    return view
  }

  private begun(case_id: string, by: Actor): Pick<CaseChange, 'change_id' | 'case_id' | 'at' | 'by'> {
    return {change_id: randomUUID(), case_id, at: formatTime(this.parts.clock.now()), by}
  }

  private async append(
    change: CaseChange,
    inputs: readonly IntakeRecord[],
    {entity}: CaseView,
  ): Promise<CaseView | undefined> {
    await this.parts.append(change, inputs, entity)
    return this.parts.cases.case(change.case_id)
  }

  /** The verdict on a case is one on each of its alerts, like every verdict. */
  private async verdictsOn(
    {case_id, entity, alerts}: CaseView,
    {verdict, by, at}: Close,
  ): Promise<readonly IntakeRecord[]> {
    const user = entity.name === 'user_id' ? entity.value : undefined
    const found = alerts
      .filter(({standing}) => standing)
      .map(async (alert): Promise<IntakeRecord | undefined> => {
        const user_id = user ?? (await this.userOf(alert))
        if (user_id === undefined) return undefined
        const {alert_id, anchor} = alert
        return this.feedback(user_id, {
          ...{feedback_id: `case:${case_id}:${alert_id}`, user_id, alert_id},
          ...(anchor.stream === TRANSACTIONS ? {transaction_id: anchor.id} : {}),
          ...{verdict, reviewer: by.id, source: 'review', event_time: at},
        })
      })
    return (await Promise.all(found)).filter((record) => record !== undefined)
  }

  private async userOf({anchor}: CaseAlert): Promise<string | undefined> {
    if (anchor.stream !== TRANSACTIONS) return undefined
    return (await this.parts.decisions.decision(anchor.id))?.user_id
  }

  private feedback(user: string, event: object): IntakeRecord {
    const bytes = Buffer.from(JSON.stringify(event))
    return {stream: FEEDBACK, bytes, refusal: undefined, ingestedAt: this.parts.clock.now(), key: user}
  }

  private inTurn<T>(id: string, task: () => Promise<T>): Promise<T> {
    const result = (this.turns.get(id) ?? Promise.resolve()).then(task)
    const turn = result.catch(() => undefined)
    this.turns.set(id, turn)
    void turn.then(() => {
      if (this.turns.get(id) === turn) this.turns.delete(id)
    })
    return result
  }
}
