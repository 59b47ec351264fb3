import {viewAfterRecord} from '../../core/case/alert-view.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {eventTimeOf, supersedes} from '../../engine/port/published.js'
import type {AlertView, StoredDeadLetter} from '../../engine/port/read-model.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import {encodeLate} from '../../engine/port/stored-text.js'
import type {EmbeddedDatabase, Writes} from './database.js'
import {
  ALERT_PLACES,
  alertKey,
  alertPlace,
  DEAD_LETTERS,
  DECISION_PLACES,
  DECISIONS,
  decisionPlace,
  idPart,
  LATE_COUNT,
  LATE_INPUTS,
  originPlace,
  SERVED_FEATURES,
} from './keyspace.js'

/** What publishing an outbox entry writes: nothing for what is known already. */
export async function publicationOf({level}: EmbeddedDatabase, entry: OutboxEntry): Promise<Writes> {
  const read = (keys: readonly string[]) => level.getMany([...keys])
  const parts = await Promise.all([
    alertWrites(entry.alerts, read),
    decisionWrites(entry.decisions, read),
    featureWrites(entry.features ?? [], read),
    deadLetterWrites(entry, read),
    lateWrites(entry, read),
  ])
  return parts.flat()
}

/**
 * What is written of an entry together with the state that it comes from: the decisions, and the features as they were served. No
 * look at what is known: commits come in their order, and what is decided later stands.
 */
export function writesWithState({decisions, features = []}: OutboxEntry): Writes {
  const writes: Writes = []
  for (const decision of decisions) {
    writes.push({type: 'put', key: decisionKey(decision), value: JSON.stringify(decision)})
    writes.push({type: 'put', key: decisionPlaceKey(decision), value: ''})
  }
  for (const record of features)
    writes.push({type: 'put', key: featuresKey(record), value: JSON.stringify(record)})
  return writes
}

/** What is left to be published then; undefined if nothing is. */
export function leftToPublish(entry: OutboxEntry): OutboxEntry | undefined {
  const {decisions: _, features: __, ...rest} = entry
  const {alerts, verdicts, deadLetters, late, caseChanges, forgetting, dispatch} = rest
  const isSilent =
    alerts.length +
      deadLetters.length +
      late.length +
      (verdicts?.length ?? 0) +
      (caseChanges?.length ?? 0) ===
    0
  if (isSilent && forgetting === undefined && dispatch === undefined) return undefined
  return {...rest, decisions: []}
}

type Read = (keys: readonly string[]) => Promise<readonly (string | undefined)[]>

async function alertWrites(alerts: readonly AlertRecord[], read: Read): Promise<Writes> {
  const known = await readKnown<AlertView>(
    alerts.map(({alert_id}) => alertKey(alert_id)),
    read,
  )
  const writes: Writes = []
  for (const alert of alerts) {
    const key = alertKey(alert.alert_id)
    const before = known.get(key)
    const view = viewAfterRecord(before, alert)
    if (view === undefined) continue
    if (before !== undefined) writes.push({type: 'del', key: alertPlaceKey(before.alert)})
    writes.push({type: 'put', key, value: JSON.stringify(view)})
    writes.push({type: 'put', key: alertPlaceKey(alert), value: ''})
    known.set(key, view)
  }
  return writes
}

function alertPlaceKey(alert: AlertRecord): string {
  return ALERT_PLACES + alertPlace(eventTimeOf(alert), alert.alert_id)
}

async function decisionWrites(decisions: readonly DecisionRecord[], read: Read): Promise<Writes> {
  const known = await readKnown<DecisionRecord>(decisions.map(decisionKey), read)
  const writes: Writes = []
  for (const decision of decisions) {
    const key = decisionKey(decision)
    const before = known.get(key)
    if (!supersedes(decision, before)) continue
    if (before !== undefined) writes.push({type: 'del', key: decisionPlaceKey(before)})
    writes.push({type: 'put', key, value: JSON.stringify(decision)})
    writes.push({type: 'put', key: decisionPlaceKey(decision), value: ''})
    known.set(key, decision)
  }
  return writes
}

/** An id that comes again with a later event time is another transaction. */
async function featureWrites(records: readonly FeatureRecord[], read: Read): Promise<Writes> {
  const known = await readKnown<FeatureRecord>(records.map(featuresKey), read)
  const writes: Writes = []
  for (const record of records) {
    const key = featuresKey(record)
    const before = known.get(key)
    if (before !== undefined && before.time >= record.time) continue
    writes.push({type: 'put', key, value: JSON.stringify(record)})
    known.set(key, record)
  }
  return writes
}

function featuresKey({transaction_id, user_id}: FeatureRecord): string {
  return SERVED_FEATURES + idPart(transaction_id) + idPart(user_id)
}

function decisionKey({transaction_id, user_id}: DecisionRecord): string {
  return DECISIONS + idPart(transaction_id) + idPart(user_id)
}

function decisionPlaceKey(decision: DecisionRecord): string {
  return DECISION_PLACES + decisionPlace(eventTimeOf(decision), decision.transaction_id, decision.user_id)
}

async function deadLetterWrites({deadLetters}: OutboxEntry, read: Read): Promise<Writes> {
  const keyOf = ({partition, offset}: {partition: number; offset: number}) =>
    DEAD_LETTERS + originPlace(partition, offset)
  const known = await read(deadLetters.map(({origin}) => keyOf(origin)))
  const writes: Writes = []
  for (const [i, letter] of deadLetters.entries()) {
    if (known[i] !== undefined) continue
    const {origin} = letter
    const stored: StoredDeadLetter = {id: `${origin.partition}-${origin.offset}`, letter, replays: 0}
    writes.push({type: 'put', key: keyOf(origin), value: JSON.stringify(stored)})
  }
  return writes
}

async function lateWrites({late, partition}: OutboxEntry, read: Read): Promise<Writes> {
  if (late.length === 0) return []
  const keys = late.map(({offset}) => LATE_INPUTS + originPlace(partition, offset))
  const [count, ...known] = await read([LATE_COUNT, ...keys])
  const writes: Writes = []
  for (const [i, input] of late.entries()) {
    if (known[i] === undefined) {
      writes.push({
        type: 'put',
        key: keys[i] as string,
        value: JSON.stringify({partition, ...encodeLate(input)}),
      })
    }
  }
  writes.push({type: 'put', key: LATE_COUNT, value: String(Number(count ?? 0) + writes.length)})
  return writes
}

async function readKnown<T>(keys: readonly string[], read: Read): Promise<Map<string, T>> {
  const known = new Map<string, T>()
  if (keys.length === 0) return known
  const values = await read(keys)
  for (const [i, value] of values.entries()) {
    if (value !== undefined) known.set(keys[i] as string, JSON.parse(value) as T)
  }
  return known
}
