import type {AlertChange} from '../../../core/case/alert-change.js'
import {type AlertView, TooManyNotesError} from '../../../core/case/alert-view.js'
import {triageAfter} from '../../../core/case/triage-change.js'
import type {OutboxEntry} from '../../../engine/port/state-store.js'
import {parsed, readValues, type StampedValue, stamped} from '../guarded-values.js'
import {bucketKeys, bucketOf, doneKey, type Keyspace} from '../keyspace.js'
import type {RedisConnection} from '../redis-connection.js'
import type {RedisAuditTrail} from './audit-trail.js'

/** Longer than a state takes to be built. An alert that has not come by then has left with the beginning of the log. */
const WAITING_MS = 7 * 24 * 3_600_000

/**
 * What people do with alerts besides judging them: each change, once it is read from the log, is written with its audit
 * record. Where the log is read again, a change may come before its alert is found: it waits for it.
 */
export class RedisAlertChanges {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
    private readonly trail: RedisAuditTrail,
  ) {}

  async publish({alertChanges = []}: OutboxEntry): Promise<void> {
    for (const change of alertChanges) await this.apply(change)
  }

  /** The same, and what waits for the entry's alerts, which are in place. */
  async publishAgain(entry: OutboxEntry): Promise<void> {
    await this.publish(entry)
    const ids = [...new Set(entry.alerts.map(({alert_id}) => alert_id))]
    await Promise.all(ids.map((id) => this.catchUp(id)))
  }

  /** Whether a change has become part of its alert. */
  async isDone({alert_id, change_id}: AlertChange): Promise<boolean> {
    const done = doneKey(this.keyspace, tagOf(alert_id), change_id)
    return (await this.connection.attempt((client) => client.exists(done))) === 1
  }

  private async apply(change: AlertChange): Promise<void> {
    if (await this.change(change)) return
    const waiting = this.waitingKey(change.alert_id)
    await this.connection.attempt((client) =>
      client.multi().rpush(waiting, JSON.stringify(change)).pexpire(waiting, WAITING_MS).exec(),
    )
    // Whoever found the alert meanwhile looked too early.
    if ((await this.viewAt(change.alert_id)).text !== undefined) await this.catchUp(change.alert_id)
  }

  private async catchUp(alert: string): Promise<void> {
    const waiting = this.waitingKey(alert)
    const texts = await this.connection.attempt((client) => client.lrange(waiting, 0, -1))
    for (const text of texts) {
      await this.change(JSON.parse(text) as AlertChange)
      await this.connection.attempt((client) => client.lrem(waiting, 1, text))
    }
  }

  /** Gives false if there is no such alert. */
  private async change(change: AlertChange): Promise<boolean> {
    const {alert_id: id, change_id, at} = change
    const bucket = bucketOf(id)
    for (;;) {
      const value = await this.viewAt(id)
      const known = parsed<AlertView>(value)
      if (known === undefined) return false
      const changed = changedBy(known, change)
      if (changed === undefined) return true
      const {view, told} = changed
      const key = bucketKeys(this.keyspace, bucket).alert(id)
      const read = new Map([[key, value]])
      const made = {...told, at, id: change_id}
      const isDone = await this.trail.writeInBucket(bucket, made, read, (writes) =>
        writes.add('SET', key, stamped(value, JSON.stringify(view))),
      )
      if (isDone) return true
    }
  }

  private async viewAt(id: string): Promise<StampedValue> {
    const key = bucketKeys(this.keyspace, bucketOf(id)).alert(id)
    const [value] = (await readValues(this.connection, [key])) as [StampedValue]
    return value
  }

  private waitingKey(id: string): string {
    return bucketKeys(this.keyspace, bucketOf(id)).waitingChanges(id)
  }
}

/** Two who write the last note at a time: the log has both, the alert one. */
function changedBy(view: AlertView, change: AlertChange): ReturnType<typeof triageAfter> {
  try {
    return triageAfter(view, change)
  } catch (error) {
    if (error instanceof TooManyNotesError) return undefined
    throw error
  }
}

function tagOf(alert: string): string {
  return `b${bucketOf(alert)}`
}
