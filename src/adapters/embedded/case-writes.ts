import {CaseFold, entityKey, type KnownCases} from '../../core/case/case-fold.js'
import type {CaseDeadlines} from '../../core/case/case-steps.js'
import {type CaseEntity, type CaseView, entityOf} from '../../core/case/case-view.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {
  CASE_PLACES,
  CASES,
  CASES_OF_ALERTS,
  CURRENT_CASES,
  DUE_CASES,
  descendingPart,
  idPart,
  numberPart,
} from './keyspace.js'

/** What an entry makes of the cases that are stored. */
export async function foldStored(
  database: EmbeddedDatabase,
  entry: OutboxEntry,
  deadlines: CaseDeadlines,
): Promise<{readonly fold: CaseFold; readonly writes: Writes}> {
  const known = await readKnown(database, entry)
  const fold = new CaseFold(known, deadlines)
  const {alerts, cardUsers = {}, caseChanges = []} = entry
  for (const alert of alerts) fold.alert(alert, cardUsers[alert.alert_id])
  for (const change of caseChanges) fold.change(change)
  const writes: Writes = []
  for (const [id, view] of fold.cases) {
    const before = known.case(id)
    if (before !== undefined) writes.push({type: 'del', key: dueKey(before)})
    writes.push({type: 'put', key: caseKey(id), value: JSON.stringify(view)})
    writes.push({type: 'put', key: placeKey(view), value: ''})
    if (view.closed === null) writes.push({type: 'put', key: dueKey(view), value: ''})
  }
  for (const [alert, id] of fold.joined) writes.push({type: 'put', key: ofAlertKey(alert), value: id})
  for (const [entity, id] of fold.current) {
    const [name, value] = JSON.parse(entity) as [string, string]
    writes.push({type: 'put', key: currentKey({name, value}), value: id})
  }
  return {fold, writes}
}

/** Reads all that the entry's alerts and changes may ask for. */
async function readKnown(
  {level}: EmbeddedDatabase,
  {alerts, cardUsers = {}, caseChanges = []}: OutboxEntry,
): Promise<KnownCases> {
  const entities = new Map<string, CaseEntity>()
  for (const alert of alerts) {
    const entity = entityOf(alert, cardUsers[alert.alert_id])
    entities.set(entityKey(entity), entity)
  }
  const alertIds = [...new Set(alerts.map(({alert_id}) => alert_id))]
  const [joined, current] = await Promise.all([
    level.getMany(alertIds.map(ofAlertKey)),
    level.getMany([...entities.values()].map(currentKey)),
  ])
  const caseOf = new Map(alertIds.map((id, i) => [id, joined[i]]))
  const currentOf = new Map([...entities.keys()].map((key, i) => [key, current[i]]))
  const ids = [...joined, ...current, ...caseChanges.map(({case_id}) => case_id)]
  const wanted = [...new Set(ids.filter((id) => id !== undefined))]
  const texts = await level.getMany(wanted.map(caseKey))
  const views = new Map<string, CaseView>()
  for (const [i, text] of texts.entries())
    if (text !== undefined) views.set(wanted[i] as string, JSON.parse(text) as CaseView)
  return {
    case: (id) => views.get(id),
    caseOf: (id) => caseOf.get(id),
    currentOf: (entity) => currentOf.get(entityKey(entity)),
  }
}

/** Removes a case and what leads to it. `isCurrent`: whether its entity's next alert would join it. */
export function removalOf(view: CaseView, isCurrent: boolean): Writes {
  const keys = [caseKey(view.case_id), placeKey(view), dueKey(view)]
  for (const {alert_id} of view.alerts) keys.push(ofAlertKey(alert_id))
  if (isCurrent) keys.push(currentKey(view.entity))
  return keys.map((key) => ({type: 'del', key}))
}

export function caseKey(id: string): string {
  return CASES + idPart(id)
}

export function currentKey({name, value}: CaseEntity): string {
  return CURRENT_CASES + idPart(name) + idPart(value)
}

function ofAlertKey(alert: string): string {
  return CASES_OF_ALERTS + idPart(alert)
}

function placeKey({opened_at, case_id}: CaseView): string {
  return CASE_PLACES + descendingPart(Date.parse(opened_at)) + idPart(case_id)
}

function dueKey({due_at, case_id}: CaseView): string {
  return DUE_CASES + numberPart(Date.parse(due_at)) + idPart(case_id)
}
