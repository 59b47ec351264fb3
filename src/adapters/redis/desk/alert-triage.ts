import type {AlertView, Triage} from '../../../core/case/alert-view.js'
import type {Actor} from '../../../core/case/audit-record.js'
import {assigned, noted, type TriageChange} from '../../../core/case/triage-change.js'
import {formatTime} from '../../../core/event/time.js'
import type {Clock} from '../../../engine/port/clock.js'
import {parsed, readValues, type StampedValue, stamped} from '../guarded-values.js'
import {bucketKeys, bucketOf, type Keyspace} from '../keyspace.js'
import type {RedisConnection} from '../redis-connection.js'
import type {RedisAuditTrail} from './audit-trail.js'

/** What people do with alerts besides judging them, from whichever worker. Each change is written with its audit record. */
export class RedisAlertTriage {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
    private readonly trail: RedisAuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Says who is to look at an alert, and whether somebody does. Undefined if there is no such alert. */
  assign(
    id: string,
    change: Pick<Triage, 'assignee' | 'in_review'>,
    actor: Actor,
  ): Promise<AlertView | undefined> {
    return this.change(id, actor, (view) => assigned(view, change))
  }

  /** Adds a note. Rejects with TooManyNotesError; undefined if there is no such alert. */
  note(id: string, text: string, actor: Actor): Promise<AlertView | undefined> {
    const note = {at: formatTime(this.clock.now()), by: actor, text}
    return this.change(id, actor, (view) => noted(view, note))
  }

  private async change(
    id: string,
    actor: Actor,
    changing: (view: AlertView) => TriageChange,
  ): Promise<AlertView | undefined> {
    const bucket = bucketOf(id)
    const key = bucketKeys(this.keyspace, bucket).alert(id)
    for (;;) {
      const [value] = (await readValues(this.connection, [key])) as [StampedValue]
      const known = parsed<AlertView>(value)
      if (known === undefined) return undefined
      const {view, ...told} = changing(known)
      const change = {...told, actor, subject: {type: 'alert', id}}
      const isDone = await this.trail.writeInBucket(bucket, change, new Map([[key, value]]), (writes) =>
        writes.add('SET', key, stamped(value, JSON.stringify(view))),
      )
      if (isDone) return view
    }
  }
}
