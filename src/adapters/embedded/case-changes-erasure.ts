import {CASES_STREAM, parseCaseChange} from '../../core/case/case-change.js'
import type {CaseView} from '../../core/case/case-view.js'
import {FORGOTTEN} from '../../core/forgetting/forgotten-alert.js'
import type {InputRecord} from '../../engine/port/event-source.js'
import type {EmbeddedDatabase} from './database.js'
import {CASES, under} from './keyspace.js'

const utf8 = new TextDecoder()

/** The cases that were about users who were forgotten. */
export async function forgottenCases({level}: EmbeddedDatabase): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for await (const text of level.values(under(CASES))) {
    const {case_id, entity} = JSON.parse(text) as CaseView
    if (entity.value === FORGOTTEN) ids.add(case_id)
  }
  return ids
}

/** The bytes of a change of one of these cases without what was written about it; undefined for any other record. */
export function erasedChange(
  {stream, bytes}: InputRecord,
  cases: ReadonlySet<string>,
): Uint8Array | undefined {
  if (stream !== CASES_STREAM || bytes === undefined) return undefined
  const change = parseCaseChange(JSON.parse(utf8.decode(bytes)))
  if (!cases.has(change.case_id)) return undefined
  if (change.type === 'noted') return Buffer.from(JSON.stringify({...change, text: ''}))
  if (change.type === 'closed') return Buffer.from(JSON.stringify({...change, list_entries: []}))
  return undefined
}
