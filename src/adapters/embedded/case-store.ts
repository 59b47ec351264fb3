import {auditedCaseChange} from '../../core/case/case-audit.js'
import type {CaseRecord} from '../../core/case/case-events.js'
import type {CaseDeadlines} from '../../core/case/case-steps.js'
import type {CaseView} from '../../core/case/case-view.js'
import {redactCase} from '../../core/case/redact-case.js'
import type {ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import {
  CASES_COUNTED,
  type CaseFilter,
  type CaseStore,
  type CasesStanding,
  newestAlertTime,
  passesCase,
} from '../../engine/port/case-store.js'
import type {Page} from '../../engine/port/read-model.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import type {AuditTrail} from './audit-trail.js'
import {caseKey, currentKey, foldStored, removalOf} from './case-writes.js'
import {decodeCursor} from './cursor.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {
  afterNumber,
  CASE_PLACES,
  CASE_RECORDS,
  CASE_RECORDS_LAST,
  CASES,
  ceilForKey,
  DUE_CASES,
  descendingPart,
  type KeyRange,
  numberOf,
  numberPart,
  under,
} from './keyspace.js'
import {type Row, readPage} from './page.js'

/** Rows that are read at once. */
const CHUNK = 200

/** Time of opening and id. */
const CASE_PLACE = /^[0-9a-f]{14}[^/]*\/$/

/** What happened to a case, with its number among all that did. */
export interface NumberedCaseRecord {
  readonly sequence: number
  readonly record: CaseRecord
}

/** Cases on local disk. What happened to them waits there until it is told. */
export class EmbeddedCaseStore implements CaseStore {
  private constructor(
    private readonly database: EmbeddedDatabase,
    private readonly audit: AuditTrail | undefined,
    private readonly deadlines: CaseDeadlines,
    private last: number,
  ) {}

  /** `audit`: where changes by people are told of, in the same write. */
  static async open(
    database: EmbeddedDatabase,
    deadlines: CaseDeadlines,
    audit?: AuditTrail,
  ): Promise<EmbeddedCaseStore> {
    const last = Number((await database.level.get(CASE_RECORDS_LAST)) ?? 0)
    return new EmbeddedCaseStore(database, audit, deadlines, last)
  }

  /** Number of the last record that was told. */
  async lastTold(): Promise<number> {
    const [first] = await this.database.level.keys({...under(CASE_RECORDS), limit: 1}).all()
    return first === undefined ? this.last : numberOf(first.slice(CASE_RECORDS.length)) - 1
  }

  fold(entry: OutboxEntry): Promise<readonly CaseRecord[]> {
    return this.database.publications.run(async () => {
      if (entry.alerts.length === 0 && entry.caseChanges === undefined) return []
      const {fold, writes} = await foldStored(this.database, entry, this.deadlines)
      const {records, applied} = fold
      if (records.length === 0) return []
      for (const [i, record] of records.entries())
        writes.push({type: 'put', key: recordKey(this.last + 1 + i), value: JSON.stringify(record)})
      const last = this.last + records.length
      writes.push({type: 'put', key: CASE_RECORDS_LAST, value: String(last)})
      if (this.audit === undefined || applied.length === 0)
        await this.database.level.batch(writes, {sync: true})
      else await this.audit.write(applied.map(auditedCaseChange), writes)
      this.last = last
      return records
    })
  }

  /** What is to be told, the oldest first. */
  async untold(): Promise<readonly NumberedCaseRecord[]> {
    const rows = await this.database.level.iterator(under(CASE_RECORDS)).all()
    return rows.map(([key, text]) => {
      return {sequence: numberOf(key.slice(CASE_RECORDS.length)), record: JSON.parse(text) as CaseRecord}
    })
  }

  /** All up to a number was told. */
  async told(sequence: number): Promise<void> {
    await this.database.level.clear({gte: CASE_RECORDS, lte: recordKey(sequence)})
  }

  async cases(filter: CaseFilter, limit: number, cursor: string | undefined): Promise<Page<CaseView>> {
    const after = cursor === undefined ? undefined : decodeCursor('cases', cursor, CASE_PLACE)
    return readPage('cases', this.rows(placesOf(filter), after), (view) => passesCase(view, filter), limit)
  }

  async case(id: string): Promise<CaseView | undefined> {
    const text = await this.database.level.get(caseKey(id))
    return text === undefined ? undefined : (JSON.parse(text) as CaseView)
  }

  async standing(dueBefore: number): Promise<CasesStanding> {
    const keys = await this.database.level.keys({...under(DUE_CASES), limit: CASES_COUNTED}).all()
    const isOverdue = (key: string) => numberOf(key.slice(DUE_CASES.length)) < dueBefore
    return {open: keys.length, overdue: keys.filter(isOverdue).length}
  }

  /** Chunk by chunk, so that publishing does not wait for long. */
  async expireCases(before: number): Promise<number> {
    const {level, publications} = this.database
    const {lt} = under(CASE_PLACES)
    let gte = CASE_PLACES + descendingPart(ceilForKey(before) - 1)
    let dropped = 0
    for (;;) {
      const keys = await publications.run(async () => {
        const chunk = await level.keys({gte, lt, limit: CHUNK}).all()
        const writes: Writes = []
        for (const view of await this.viewsAt(chunk)) {
          if (view === undefined || newestAlertTime(view) >= before) continue
          writes.push(...removalOf(view, (await level.get(currentKey(view.entity))) === view.case_id))
          dropped++
        }
        await level.batch(writes)
        return chunk
      })
      if (keys.length < CHUNK) return dropped
      gte = `${keys.at(-1)}\u0000`
    }
  }

  /** Takes out what tells of a user. */
  async forget(user: ForgottenUser): Promise<void> {
    const {level, publications} = this.database
    await publications.run(async () => {
      for await (const [key, text] of level.iterator(under(CASES))) {
        const view = JSON.parse(text) as CaseView
        const redacted = redactCase(view, user)
        if (redacted === undefined) continue
        const writes: Writes = [{type: 'put', key, value: JSON.stringify(redacted)}]
        if (redacted.entity !== view.entity) writes.push({type: 'del', key: currentKey(view.entity)})
        await level.batch(writes, {sync: true})
      }
    })
  }

  private async *rows({gte, lt}: KeyRange, after: string | undefined): AsyncGenerator<Row<CaseView>> {
    const next = after === undefined ? gte : `${CASE_PLACES}${after}\u0000`
    let from = next > gte ? next : gte
    for (;;) {
      const keys = await this.database.level.keys({gte: from, lt, limit: CHUNK}).all()
      const views = await this.viewsAt(keys)
      for (const [i, view] of views.entries())
        if (view !== undefined) yield [(keys[i] as string).slice(CASE_PLACES.length), view]
      if (keys.length < CHUNK) return
      from = `${keys.at(-1)}\u0000`
    }
  }

  private async viewsAt(keys: readonly string[]): Promise<readonly (CaseView | undefined)[]> {
    const names = keys.map((key) => CASES + afterNumber(key.slice(CASE_PLACES.length)))
    const texts = await this.database.level.getMany(names)
    return texts.map((text) => (text === undefined ? undefined : (JSON.parse(text) as CaseView)))
  }
}

/** The newest come first: the end of the time span is the beginning of the range. */
function placesOf({from, to}: CaseFilter): KeyRange {
  const {gte, lt} = under(CASE_PLACES)
  return {
    gte: to === undefined ? gte : CASE_PLACES + descendingPart(ceilForKey(to) - 1),
    lt: from === undefined ? lt : CASE_PLACES + descendingPart(ceilForKey(from) - 1),
  }
}

function recordKey(sequence: number): string {
  return CASE_RECORDS + numberPart(sequence)
}
