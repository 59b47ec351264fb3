import {auditedCaseChange} from '../../core/case/case-audit.js'
import type {CaseChange} from '../../core/case/case-change.js'
import {CaseFold, type KnownCases} from '../../core/case/case-fold.js'
import type {CaseDeadlines} from '../../core/case/case-steps.js'
import {type CaseEntity, type CaseView, caseId, entityOf} from '../../core/case/case-view.js'
import {redactCase} from '../../core/case/redact-case.js'
import type {AlertRecord} from '../../core/decision/records.js'
import type {ForgottenUser} from '../../core/forgetting/forgotten-user.js'
import type {CaseKeys} from './case-keys.js'
import {parsed, readValues, type StampedValue, stamped, writeIfUnchanged} from './guarded-values.js'
import {idText} from './keyspace.js'
import {ascendingTime, descendingTime} from './place.js'
import type {RedisConnection} from './redis-connection.js'
import {WriteList} from './write-list.js'

/** Alerts and changes of one bucket. */
export interface CaseInputs {
  readonly alerts: {readonly alert: AlertRecord; readonly user: string | undefined}[]
  readonly changes: CaseChange[]
}

type Read = Map<string, StampedValue>

/** Longer than a state takes to be built. A case that has not come by then expired before, or the log has lost its beginning. */
const WAITING_MS = 7 * 24 * 3_600_000

/**
 * Lets alerts and changes become part of the cases of a bucket: all of them, or it is tried again with what others wrote
 * meanwhile. What people did gets on the audit trail with it and, where `isTold`, what happened waits to be told. Where it is
 * not, the log is read again, and a change may come before its case: it waits for it.
 */
export async function foldCases(
  connection: RedisConnection,
  keys: CaseKeys,
  {alerts, changes}: CaseInputs,
  {deadlines, isTold}: {readonly deadlines: CaseDeadlines; readonly isTold: boolean},
): Promise<CaseFold> {
  for (;;) {
    const read: Read = new Map()
    const known = await readKnown(connection, keys, {alerts, changes}, read)
    const fold = new CaseFold(known, deadlines, !isTold)
    for (const {alert, user} of alerts) fold.alert(alert, user)
    for (const change of changes) fold.change(change)
    const writes = writesOf(fold, keys, read)
    if (isTold)
      writes.addAll(
        'RPUSH',
        keys.records,
        fold.records.map((record) => JSON.stringify(record)),
        1,
      )
    if (await writeIfUnchanged(connection, read, writes)) return fold
  }
}

async function readKnown(
  connection: RedisConnection,
  keys: CaseKeys,
  {alerts, changes}: CaseInputs,
  read: Read,
): Promise<KnownCases> {
  const pointers = alerts.flatMap(({alert, user}) => [
    keys.ofAlert(alert.alert_id),
    keys.current(entityOf(alert, user)),
  ])
  await readInto(connection, pointers, read)
  const found = pointers.map((name) => parsed<string>(read.get(name)))
  const ids = [...found, ...changes.map(({case_id}) => case_id)].filter((id) => id !== undefined)
  // Only a case that is not there can be waited for: those that an alert may open, and those of the changes.
  const openable = alerts.map(({alert, user}) => caseId(entityOf(alert, user), alert.alert_id))
  const waitedFor = [...openable, ...changes.map(({case_id}) => case_id)]
  await readInto(connection, [...ids.map(keys.case), ...waitedFor.map(keys.waiting)], read)
  return {
    case: (id) => parsed<CaseView>(read.get(keys.case(id))),
    caseOf: (alert) => parsed<string>(read.get(keys.ofAlert(alert))),
    currentOf: (entity) => parsed<string>(read.get(keys.current(entity))),
    waiting: (id) => parsed<readonly CaseChange[]>(read.get(keys.waiting(id))) ?? [],
  }
}

async function readInto(connection: RedisConnection, names: readonly string[], read: Read): Promise<void> {
  const wanted = [...new Set(names)].filter((name) => !read.has(name))
  const values = await readValues(connection, wanted)
  for (const [i, name] of wanted.entries()) read.set(name, values[i] as StampedValue)
}

function writesOf(fold: CaseFold, keys: CaseKeys, read: Read): WriteList {
  const writes = new WriteList(0)
  const put = (name: string, value: unknown) =>
    writes.add('SET', name, stamped(read.get(name) ?? {stamp: '', text: undefined}, JSON.stringify(value)))
  for (const [id, view] of fold.cases) {
    const name = keys.case(id)
    const before = parsed<CaseView>(read.get(name))
    if (before !== undefined) writes.add('ZREM', keys.due, duePlace(before))
    put(name, view)
    writes.add('ZADD', keys.places, 0, casePlace(view))
    if (view.closed === null) writes.add('ZADD', keys.due, 0, duePlace(view))
  }
  for (const applied of fold.applied) {
    const {change_id, at} = applied.change
    writes.add('RPUSH', keys.untold, change_id + JSON.stringify({at, ...auditedCaseChange(applied)}))
  }
  for (const [alert, id] of fold.joined) put(keys.ofAlert(alert), id)
  for (const [entity, id] of fold.current) put(keys.current(toEntity(entity)), id)
  for (const [id, changes] of fold.waiting) {
    const name = keys.waiting(id)
    if (changes.length === 0) writes.add('DEL', name)
    else {
      put(name, changes)
      writes.add('PEXPIRE', name, WAITING_MS)
    }
  }
  return writes
}

/** Of what `entityKey` gave. */
function toEntity(key: string): CaseEntity {
  const [name, value] = JSON.parse(key) as [string, string]
  return {name, value}
}

/** The newest first. */
export function casePlace({opened_at, case_id}: CaseView): string {
  return descendingTime(Date.parse(opened_at)) + idText(case_id)
}

export function duePlace({due_at, case_id}: CaseView): string {
  return ascendingTime(Date.parse(due_at)) + idText(case_id)
}

/** Takes out of a case what tells of a user. Gives false, and has changed nothing, if it changed meanwhile. */
export async function redactStored(
  connection: RedisConnection,
  keys: CaseKeys,
  id: string,
  user: ForgottenUser,
): Promise<boolean> {
  const name = keys.case(id)
  const [value] = (await readValues(connection, [name])) as [StampedValue]
  const view = parsed<CaseView>(value)
  const redacted = view && redactCase(view, user)
  if (view === undefined || redacted === undefined) return true
  const writes = new WriteList(0)
  writes.add('SET', name, stamped(value, JSON.stringify(redacted)))
  if (redacted.entity !== view.entity) writes.add('DEL', keys.current(view.entity))
  return writeIfUnchanged(connection, new Map([[name, value]]), writes)
}

/** The keys that go with a case. `current`: what its entity's pointer says. */
export function removal(view: CaseView, keys: CaseKeys, current: string | undefined): WriteList {
  const writes = new WriteList(0)
  writes.add('DEL', keys.case(view.case_id))
  writes.add('ZREM', keys.places, casePlace(view))
  writes.add('ZREM', keys.due, duePlace(view))
  for (const {alert_id} of view.alerts) writes.add('DEL', keys.ofAlert(alert_id))
  if (current === view.case_id) writes.add('DEL', keys.current(view.entity))
  return writes
}
