import type {CaseRecord} from '../../core/case/case-events.js'
import {CaseFold, entityKey, type KnownCases} from '../../core/case/case-fold.js'
import type {CaseDeadlines} from '../../core/case/case-steps.js'
import type {CaseView} from '../../core/case/case-view.js'
import {
  type CaseFilter,
  type CaseStore,
  type CasesStanding,
  newestAlertTime,
  passesCase,
} from '../../engine/port/case-store.js'
import {InvalidCursorError, type Page} from '../../engine/port/read-model.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'

/** Cases in memory. */
export class MemoryCaseStore implements CaseStore {
  private readonly views = new Map<string, CaseView>()
  private readonly joined = new Map<string, string>()
  private readonly current = new Map<string, string>()

  constructor(private readonly deadlines: CaseDeadlines) {}

  async fold({alerts, cardUsers = {}, caseChanges = []}: OutboxEntry): Promise<readonly CaseRecord[]> {
    const known: KnownCases = {
      case: (id) => this.views.get(id),
      caseOf: (id) => this.joined.get(id),
      currentOf: (entity) => this.current.get(entityKey(entity)),
    }
    const fold = new CaseFold(known, this.deadlines)
    for (const alert of alerts) fold.alert(alert, cardUsers[alert.alert_id])
    for (const change of caseChanges) fold.change(change)
    for (const [id, view] of fold.cases) this.views.set(id, view)
    for (const [alert, id] of fold.joined) this.joined.set(alert, id)
    for (const [entity, id] of fold.current) this.current.set(entity, id)
    return fold.records
  }

  async cases(filter: CaseFilter, limit: number, cursor: string | undefined): Promise<Page<CaseView>> {
    const {from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY} = filter
    const found = [...this.views.values()]
      .filter((view) => passesCase(view, filter) && opened(view) >= from && opened(view) < to)
      .sort((a, b) => opened(b) - opened(a) || (a.case_id < b.case_id ? -1 : 1))
    const begin = cursor === undefined ? 0 : found.findIndex(({case_id}) => cursorAt(case_id) === cursor) + 1
    if (cursor !== undefined && begin === 0) throw new InvalidCursorError()
    const items = found.slice(begin, begin + limit)
    const last = items.at(-1)
    const hasMore = begin + limit < found.length && last !== undefined
    return {items, cursor: hasMore ? cursorAt(last.case_id) : undefined}
  }

  async case(id: string): Promise<CaseView | undefined> {
    return this.views.get(id)
  }

  async standing(dueBefore: number): Promise<CasesStanding> {
    const open = [...this.views.values()].filter(({closed}) => closed === null)
    return {open: open.length, overdue: open.filter((view) => passesCase(view, {dueBefore})).length}
  }

  async expireCases(before: number): Promise<number> {
    const gone = [...this.views.values()].filter((view) => newestAlertTime(view) < before)
    for (const {case_id, entity, alerts} of gone) {
      this.views.delete(case_id)
      for (const {alert_id} of alerts) this.joined.delete(alert_id)
      if (this.current.get(entityKey(entity)) === case_id) this.current.delete(entityKey(entity))
    }
    return gone.length
  }
}

function opened({opened_at}: CaseView): number {
  return Date.parse(opened_at)
}

function cursorAt(id: string): string {
  return Buffer.from(`case:${id}`).toString('base64url')
}
