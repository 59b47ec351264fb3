import type {AlertView} from '../../../core/case/alert-view.js'
import type {Actor} from '../../../core/case/audit-record.js'
import type {TriageChange} from '../../../core/case/triage-change.js'
import type {AlertChanges} from '../../../engine/port/alert-changes.js'
import {parsed, readValues, type StampedValue, stamped} from '../guarded-values.js'
import {bucketKeys, bucketOf, type Keyspace} from '../keyspace.js'
import type {RedisConnection} from '../redis-connection.js'
import type {RedisAuditTrail} from './audit-trail.js'

/** What people do with alerts besides judging them, from whichever worker. Each change is written with its audit record. */
export class RedisAlertChanges implements AlertChanges {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keyspace: Keyspace,
    private readonly trail: RedisAuditTrail,
  ) {}

  async change(
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
