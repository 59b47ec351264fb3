import {viewAfterRecord} from '../../core/case/alert-view.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import {eventTimeOf, supersedes} from '../../engine/port/published.js'
import type {AlertView} from '../../engine/port/read-model.js'
import {parsed, readValues, type StampedValue, stamped, writeIfUnchanged} from './guarded-values.js'
import {type BucketKeys, idText} from './keyspace.js'
import {ascendingTime, descendingTime} from './place.js'
import type {RedisConnection} from './redis-connection.js'
import {WriteList} from './write-list.js'

/** Alerts and decisions of one bucket. */
export interface Publication {
  readonly alerts: readonly AlertRecord[]
  readonly decisions: readonly DecisionRecord[]
}

/** Adds records to what is known of them; nothing is written for those that are not newer. */
export async function publishRecords(
  connection: RedisConnection,
  keys: BucketKeys,
  {alerts, decisions}: Publication,
): Promise<void> {
  const names = new Set([
    ...alerts.map(({alert_id}) => keys.alert(alert_id)),
    ...decisions.map(({transaction_id}) => keys.decisions(transaction_id)),
  ])
  for (;;) {
    const values = await readValues(connection, [...names])
    const read = new Map([...names].map((name, i) => [name, values[i] as StampedValue]))
    const writes = new WriteList(0)
    writeAlerts(alerts, keys, read, writes)
    writeDecisions(decisions, keys, read, writes)
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

function writeDecisions(
  decisions: readonly DecisionRecord[],
  keys: BucketKeys,
  read: Read,
  writes: WriteList,
): void {
  const changed = new Map<string, readonly DecisionRecord[]>()
  for (const decision of decisions) {
    const name = keys.decisions(decision.transaction_id)
    const known = changed.get(name) ?? parsed<readonly DecisionRecord[]>(read.get(name)) ?? []
    const before = known.find(({user_id}) => user_id === decision.user_id)
    if (!supersedes(decision, before)) continue
    changed.set(name, [...known.filter((other) => other !== before), decision])
    if (before !== undefined) writes.add('ZREM', keys.decisionPlaces, decisionPlace(before))
    writes.add('ZADD', keys.decisionPlaces, 0, decisionPlace(decision))
  }
  for (const [name, list] of changed) put(name, list, read, writes)
}

function put(name: string, value: unknown, read: Read, writes: WriteList): void {
  writes.add('SET', name, stamped(read.get(name) as StampedValue, JSON.stringify(value)))
}

/** The newest event time first, then the id. */
export function alertPlace(alert: AlertRecord): string {
  return descendingTime(eventTimeOf(alert)) + idText(alert.alert_id)
}

export function decisionPlace(decision: DecisionRecord): string {
  const ids = JSON.stringify([decision.transaction_id, decision.user_id])
  return ascendingTime(eventTimeOf(decision)) + ids
}
