import type {Verdict} from '../../core/case/verdict.js'
import type {DecisionRecord} from '../../core/decision/records.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {eventTimeOf, passes} from '../../engine/port/published.js'
import type {Publisher} from '../../engine/port/publisher.js'
import type {
  AlertFilter,
  AlertView,
  FeatureLogReader,
  Page,
  ReadModel,
  StoredDeadLetter,
  VerdictReader,
} from '../../engine/port/read-model.js'
import type {LateInput, OutboxEntry} from '../../engine/port/state-store.js'
import {decodeLate} from '../../engine/port/stored-text.js'
import type {AuditTrail} from './audit-trail.js'
import {decodeCursor} from './cursor.js'
import type {EmbeddedDatabase} from './database.js'
import {
  ALERT_PLACES,
  ALERTS,
  afterNumber,
  alertKey,
  ceilForKey,
  DEAD_LETTERS,
  DECISION_PLACES,
  DECISIONS,
  descendingPart,
  idPart,
  type KeyRange,
  LATE_COUNT,
  LATE_INPUTS,
  numberOf,
  numberPart,
  originPlace,
  SERVED_FEATURES,
  under,
  VERDICT_PLACES,
  VERDICTS,
  verdictKey,
} from './keyspace.js'
import {type Row, readPage} from './page.js'
import {publicationOf} from './publication.js'
import {verdictChanges} from './verdict-writes.js'

/** A late input with the partition whose log it came from. */
export interface StoredLateInput extends LateInput {
  readonly partition: number
}

const NONE: ReadonlySet<string> = new Set()

/** Rows that are read, or dropped, at once. */
const CHUNK = 200

/** Event time and id of an alert. */
const ALERT_PLACE = /^[0-9a-f]{14}[^/]*\/$/

/** Partition and offset. */
const ORIGIN_PLACE = /^[0-9a-f]{8}\/[0-9a-f]{14}$/

const ORIGIN_ID = /^(0|[1-9]\d{0,8})-(0|[1-9]\d{0,14})$/

/** What was published, on local disk. Each record counts once, however often it is published. */
export class EmbeddedReadModel implements Publisher, ReadModel, VerdictReader, FeatureLogReader {
  /** `audit`: where verdicts that close alerts are told of. */
  constructor(
    private readonly database: EmbeddedDatabase,
    private readonly audit?: AuditTrail,
  ) {}

  publish(entry: OutboxEntry): Promise<void> {
    return this.database.publications.run(async () => {
      const writes = await publicationOf(this.database, entry)
      if (writes.length > 0) await this.database.level.batch(writes)
      if (entry.verdicts !== undefined) await this.publishVerdicts(entry.verdicts)
    })
  }

  /** After the alerts that they may be about. An entry that is published again finds them in place. */
  private async publishVerdicts(verdicts: readonly Verdict[]): Promise<void> {
    const {writes, audited} = await verdictChanges(this.database, verdicts)
    if (this.audit === undefined || audited.length === 0)
      await this.database.level.batch(writes, {sync: true})
    else await this.audit.write(audited, writes)
  }

  async alerts(filter: AlertFilter, limit: number, cursor: string | undefined): Promise<Page<AlertView>> {
    const after = cursor === undefined ? undefined : decodeCursor('alerts', cursor, ALERT_PLACE)
    const rows = this.alertRows(alertRange(filter), after)
    return readPage('alerts', rows, (view) => passes(view, filter), limit)
  }

  async alert(id: string): Promise<AlertView | undefined> {
    return parsed<AlertView>(await this.database.level.get(alertKey(id)))
  }

  async decision(transactionId: string, userId?: string): Promise<DecisionRecord | undefined> {
    if (userId !== undefined) {
      const key = DECISIONS + idPart(transactionId) + idPart(userId)
      return parsed<DecisionRecord>(await this.database.level.get(key))
    }
    const values = await this.database.level.values(under(DECISIONS + idPart(transactionId))).all()
    const decisions = values.map((text) => JSON.parse(text) as DecisionRecord)
    return decisions.sort((a, b) => eventTimeOf(b) - eventTimeOf(a))[0]
  }

  async featuresOf(transactionId: string, userId?: string): Promise<FeatureRecord | undefined> {
    const {level} = this.database
    const prefix = SERVED_FEATURES + idPart(transactionId)
    if (userId !== undefined) return parsed<FeatureRecord>(await level.get(prefix + idPart(userId)))
    const values = await level.values(under(prefix)).all()
    const records = values.map((text) => JSON.parse(text) as FeatureRecord)
    return records.sort((a, b) => b.time - a.time)[0]
  }

  async verdict(feedbackId: string, userId: string): Promise<Verdict | undefined> {
    return parsed<Verdict>(await this.database.level.get(verdictKey(feedbackId, userId)))
  }

  async deadLetters(
    reason: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<StoredDeadLetter>> {
    const after = cursor === undefined ? undefined : decodeCursor('dead-letters', cursor, ORIGIN_PLACE)
    const rows = this.originRows(DEAD_LETTERS, after, (text) => JSON.parse(text) as StoredDeadLetter)
    return readPage(
      'dead-letters',
      rows,
      ({letter}) => reason === undefined || letter.reason === reason,
      limit,
    )
  }

  async deadLetter(id: string): Promise<StoredDeadLetter | undefined> {
    const key = deadLetterKey(id)
    return key === undefined ? undefined : parsed<StoredDeadLetter>(await this.database.level.get(key))
  }

  /** Counts one more replay of a dead letter. Gives it as it is now; undefined if there is none. */
  markReplayed(id: string): Promise<StoredDeadLetter | undefined> {
    return this.database.publications.run(async () => {
      const stored = await this.deadLetter(id)
      const key = deadLetterKey(id)
      if (stored === undefined || key === undefined) return undefined
      const marked = {...stored, replays: stored.replays + 1}
      await this.database.level.put(key, JSON.stringify(marked))
      return marked
    })
  }

  /** Late inputs in the order of their offsets. Rejects with InvalidCursorError for a cursor it did not give. */
  async lateInputs(limit: number, cursor: string | undefined): Promise<Page<StoredLateInput>> {
    const after = cursor === undefined ? undefined : decodeCursor('late', cursor, ORIGIN_PLACE)
    return readPage('late', this.originRows(LATE_INPUTS, after, parseLate), () => true, limit)
  }

  /** How many late inputs there are. */
  async lateCount(): Promise<number> {
    return Number((await this.database.level.get(LATE_COUNT)) ?? 0)
  }

  /** The newest event time in ms of all alerts and decisions: what retention counts back from. */
  async newestEventTime(): Promise<number | undefined> {
    const {level} = this.database
    const [[alert], [decision]] = await Promise.all([
      level.keys({...under(ALERT_PLACES), limit: 1}).all(),
      level.keys({...under(DECISION_PLACES), reverse: true, limit: 1}).all(),
    ])
    const times = [
      ...(alert === undefined ? [] : [-numberOf(alert.slice(ALERT_PLACES.length))]),
      ...(decision === undefined ? [] : [numberOf(decision.slice(DECISION_PLACES.length))]),
    ]
    return times.length === 0 ? undefined : Math.max(...times)
  }

  /** Drops alerts and decisions with an event time (ms) before `before`. Returns how many. */
  async expire(before: number): Promise<{readonly alerts: number; readonly decisions: number}> {
    return {alerts: await this.expireAlerts(before), decisions: await this.expireDecisions(before)}
  }

  /** Verdicts as well: they are kept as long as alerts. Returns how many alerts. */
  async expireAlerts(before: number): Promise<number> {
    const verdicts = {gte: VERDICT_PLACES, lt: VERDICT_PLACES + numberPart(ceilForKey(before))}
    await this.drop(verdicts, VERDICT_PLACES, VERDICTS)
    const range = {
      gte: ALERT_PLACES + descendingPart(ceilForKey(before) - 1),
      lt: under(ALERT_PLACES).lt,
    }
    return this.drop(range, ALERT_PLACES, ALERTS)
  }

  /** Features as they were served as well: they are kept as long as decisions. Returns how many decisions. */
  expireDecisions(before: number): Promise<number> {
    const range = {gte: DECISION_PLACES, lt: DECISION_PLACES + numberPart(ceilForKey(before))}
    return this.drop(range, DECISION_PLACES, DECISIONS, SERVED_FEATURES)
  }

  /** Chunk by chunk, so that publishing does not wait for long. Never reads again over what it deleted. */
  private async drop({gte, lt}: KeyRange, places: string, ...records: readonly string[]): Promise<number> {
    const {level, publications} = this.database
    let dropped = 0
    let from = gte
    for (;;) {
      const keys = await publications.run(async () => {
        const chunk = await level.keys({gte: from, lt, limit: CHUNK}).all()
        const ids = chunk.map((key) => afterNumber(key.slice(places.length)))
        const known = places === DECISION_PLACES ? await this.newerDecisions(ids, lt) : NONE
        const gone = chunk.flatMap((key, i) => {
          const id = ids[i] as string
          return known.has(id) ? [key] : [key, ...records.map((prefix) => prefix + id)]
        })
        await level.batch(gone.map((key) => ({type: 'del', key})))
        return chunk
      })
      dropped += keys.length
      if (keys.length < CHUNK) return dropped
      from = pastKey(keys.at(-1) as string, from)
    }
  }

  /** Of these, the ids under which there is a decision on a later transaction by now: what has its place before `lt` was another. */
  private async newerDecisions(ids: readonly string[], lt: string): Promise<ReadonlySet<string>> {
    const texts = await this.database.level.getMany(ids.map((id) => DECISIONS + id))
    const isNewer = (text: string | undefined) => {
      const decision = parsed<DecisionRecord>(text)
      return decision !== undefined && DECISION_PLACES + numberPart(eventTimeOf(decision)) >= lt
    }
    return new Set(ids.filter((_, i) => isNewer(texts[i])))
  }

  private async *alertRows({gte, lt}: KeyRange, after: string | undefined): AsyncGenerator<Row<AlertView>> {
    const {level} = this.database
    let from = after === undefined ? gte : pastKey(ALERT_PLACES + after, gte)
    for (;;) {
      const keys = await level.keys({gte: from, lt, limit: CHUNK}).all()
      const places = keys.map((key) => key.slice(ALERT_PLACES.length))
      const views = await level.getMany(places.map((place) => ALERTS + afterNumber(place)))
      for (const [i, place] of places.entries()) {
        const view = parsed<AlertView>(views[i])
        if (view !== undefined) yield [place, view]
      }
      if (keys.length < CHUNK) return
      from = pastKey(keys.at(-1) as string, from)
    }
  }

  private async *originRows<T>(
    prefix: string,
    after: string | undefined,
    parse: (text: string) => T,
  ): AsyncGenerator<Row<T>> {
    const {gte, lt} = under(prefix)
    const from = after === undefined ? gte : pastKey(prefix + after, gte)
    const rows = this.database.level.iterator({gte: from, lt})
    for await (const [key, value] of rows) yield [key.slice(prefix.length), parse(value)]
  }
}

/** The newest come first: the end of the time span is the beginning of the range. */
function alertRange({from, to}: AlertFilter): KeyRange {
  const {gte, lt} = under(ALERT_PLACES)
  return {
    gte: to === undefined ? gte : ALERT_PLACES + descendingPart(ceilForKey(to) - 1),
    lt: from === undefined ? lt : ALERT_PLACES + descendingPart(ceilForKey(from) - 1),
  }
}

/** The first key after `key`, but not before `from`. */
function pastKey(key: string, from: string): string {
  const next = `${key}\u0000`
  return next > from ? next : from
}

function deadLetterKey(id: string): string | undefined {
  const origin = ORIGIN_ID.exec(id)
  return origin === null ? undefined : DEAD_LETTERS + originPlace(Number(origin[1]), Number(origin[2]))
}

function parseLate(text: string): StoredLateInput {
  const stored = JSON.parse(text)
  return {partition: stored.partition, ...decodeLate(stored)}
}

function parsed<T>(text: string | undefined): T | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as T)
}
