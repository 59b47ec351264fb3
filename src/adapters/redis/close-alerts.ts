import {type AlertView, viewAfterVerdict} from '../../core/case/alert-view.js'
import type {Verdict} from '../../core/case/verdict.js'
import {auditedClosing} from '../../core/case/verdict-audit.js'
import {bucketFor, byBucket} from './by-bucket.js'
import {parsed, readValues, type StampedValue, stamped, writeIfUnchanged} from './guarded-values.js'
import type {BucketKeys} from './keyspace.js'
import type {RedisConnection} from './redis-connection.js'
import {untoldVerdict} from './untold-verdict.js'
import {DECISIONS, readRecord} from './user-records.js'
import {WriteList} from './write-list.js'

/** A verdict and one of the alerts that it is about. */
interface Finding {
  readonly alert: string
  readonly verdict: Verdict
}

/**
 * Verdicts of an entry whose other records are in place already: each closes the alert that it names or, if it names
 * none, those that the decision on its transaction names.
 */
export async function closeAlerts(
  connection: RedisConnection,
  buckets: readonly BucketKeys[],
  verdicts: readonly Verdict[],
): Promise<void> {
  const findings = await Promise.all(verdicts.map((verdict) => findingsOf(connection, buckets, verdict)))
  const groups = byBucket(buckets, findings.flat(), ({alert}) => alert)
  await Promise.all([...groups].map(([keys, those]) => fold(connection, keys, those)))
}

async function findingsOf(
  connection: RedisConnection,
  buckets: readonly BucketKeys[],
  verdict: Verdict,
): Promise<readonly Finding[]> {
  const {alert_id, transaction_id, user_id} = verdict
  if (alert_id !== null) return [{alert: alert_id, verdict}]
  if (transaction_id === null) return []
  const keys = bucketFor(buckets, transaction_id)
  const decision = await readRecord(connection, DECISIONS, keys, transaction_id, user_id)
  return (decision?.rules ?? []).flatMap(({alert_id: alert}) => (alert === null ? [] : [{alert, verdict}]))
}

async function fold(
  connection: RedisConnection,
  keys: BucketKeys,
  findings: readonly Finding[],
): Promise<void> {
  const names = [...new Set(findings.map(({alert}) => keys.alert(alert)))]
  for (;;) {
    const values = await readValues(connection, names)
    const read = new Map(names.map((name, i) => [name, values[i] as StampedValue]))
    const changed = new Map<string, AlertView>()
    const told: string[] = []
    for (const {alert, verdict} of findings) {
      const name = keys.alert(alert)
      const before = changed.get(name) ?? parsed<AlertView>(read.get(name))
      const view = before === undefined ? undefined : viewAfterVerdict(before, verdict)
      if (before === undefined || view === undefined) continue
      changed.set(name, view)
      told.push(untoldVerdict(verdict, auditedClosing(verdict, before, view)))
    }
    const writes = new WriteList(0)
    writes.addAll('RPUSH', keys.untold, told, 1)
    for (const [name, view] of changed)
      writes.add('SET', name, stamped(read.get(name) as StampedValue, JSON.stringify(view)))
    if (await writeIfUnchanged(connection, read, writes)) return
  }
}
