import {viewAfterRecord} from '../../core/case/alert-view.js'
import type {Verdict} from '../../core/case/verdict.js'
import {auditedLabel} from '../../core/case/verdict-audit.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {eventTimeOf} from '../../engine/port/published.js'
import type {AlertView} from '../../engine/port/read-model.js'
import {parsed, readValues, type StampedValue, stamped, writeIfUnchanged} from './guarded-values.js'
import {type BucketKeys, idText} from './keyspace.js'
import {descendingTime} from './place.js'
import type {RedisConnection} from './redis-connection.js'
import {untoldVerdict} from './untold-verdict.js'
import {addNew, DECISIONS, FEATURES, recordPlace, type UserRecords, VERDICTS} from './user-records.js'
import {WriteList} from './write-list.js'

/** Records of one bucket. */
export interface Publication {
  readonly alerts: readonly AlertRecord[]
  readonly decisions: readonly DecisionRecord[]
  readonly features: readonly FeatureRecord[]
  /** They are kept; what they say about alerts is not told here. */
  readonly verdicts: readonly Verdict[]
}

/** Adds records to what is known of them; nothing is written for those that are not newer. */
export async function publishRecords(
  connection: RedisConnection,
  keys: BucketKeys,
  publication: Publication,
): Promise<void> {
  // Most records are the first of their id.
  const [decisions, features] = await Promise.all([
    addNew(connection, DECISIONS, publication.decisions, keys),
    addNew(connection, FEATURES, publication.features, keys),
  ])
  const {alerts, verdicts} = publication
  if (decisions.length + features.length + alerts.length + verdicts.length > 0)
    await mergeRecords(connection, keys, {alerts, decisions, features, verdicts})
}

async function mergeRecords(
  connection: RedisConnection,
  keys: BucketKeys,
  {alerts, decisions, features, verdicts}: Publication,
): Promise<void> {
  const names = new Set([
    ...alerts.map(({alert_id}) => keys.alert(alert_id)),
    ...keysOf(DECISIONS, decisions, keys),
    ...keysOf(FEATURES, features, keys),
    ...keysOf(VERDICTS, verdicts, keys),
  ])
  for (;;) {
    const values = await readValues(connection, [...names])
    const read = new Map([...names].map((name, i) => [name, values[i] as StampedValue]))
    const writes = new WriteList(0)
    writeAlerts(alerts, keys, read, writes)
    writeRecords(DECISIONS, decisions, keys, read, writes)
    writeRecords(FEATURES, features, keys, read, writes)
    const news = writeRecords(VERDICTS, verdicts, keys, read, writes)
    for (const {record, before} of news) {
      const told = before === undefined ? auditedLabel(record) : undefined
      if (told !== undefined) writes.add('RPUSH', keys.untold, untoldVerdict(record, told))
    }
    if (await writeIfUnchanged(connection, read, writes)) return
  }
}

type Read = ReadonlyMap<string, StampedValue>

function writeAlerts(alerts: readonly AlertRecord[], keys: BucketKeys, read: Read, writes: WriteList): void {
  const changed = new Map<string, AlertView>()
  for (const alert of alerts) {
    const name = keys.alert(alert.alert_id)
    const before = changed.get(name) ?? parsed<AlertView>(read.get(name))
    const view = viewAfterRecord(before, alert)
    if (view === undefined) continue
    changed.set(name, view)
    if (before !== undefined) writes.add('ZREM', keys.alertPlaces, alertPlace(before.alert))
    writes.add('ZADD', keys.alertPlaces, 0, alertPlace(alert))
  }
  for (const [name, view] of changed) put(name, view, read, writes)
}

function keysOf<T extends {readonly user_id: string}>(
  kind: UserRecords<T>,
  records: readonly T[],
  keys: BucketKeys,
): readonly string[] {
  return records.map((record) => kind.key(keys, kind.idOf(record)))
}

/** Gives those that are news, with what was known before. */
function writeRecords<T extends {readonly user_id: string}>(
  kind: UserRecords<T>,
  records: readonly T[],
  keys: BucketKeys,
  read: Read,
  writes: WriteList,
): readonly {readonly record: T; readonly before: T | undefined}[] {
  const places = kind.places(keys)
  const news: {record: T; before: T | undefined}[] = []
  const changed = new Map<string, readonly T[]>()
  for (const record of records) {
    const name = kind.key(keys, kind.idOf(record))
    const known = changed.get(name) ?? parsed<readonly T[]>(read.get(name)) ?? []
    const before = known.find(({user_id}) => user_id === record.user_id)
    if (!kind.supersedes(record, before)) continue
    changed.set(name, [...known.filter((other) => other !== before), record])
    news.push({record, before})
    if (before !== undefined) writes.add('ZREM', places, recordPlace(kind, before))
    writes.add('ZADD', places, 0, recordPlace(kind, record))
  }
  for (const [name, list] of changed) put(name, list, read, writes)
  return news
}

function put(name: string, value: unknown, read: Read, writes: WriteList): void {
  writes.add('SET', name, stamped(read.get(name) as StampedValue, JSON.stringify(value)))
}

/** The newest event time first, then the id. */
export function alertPlace(alert: AlertRecord): string {
  return descendingTime(eventTimeOf(alert)) + idText(alert.alert_id)
}
