import type {AlertView} from '../../core/case/alert-view.js'
import type {Actor} from '../../core/case/audit-record.js'
import type {TriageChange} from '../../core/case/triage-change.js'
import type {AlertChanges} from '../../engine/port/alert-changes.js'
import type {AuditTrail} from './audit-trail.js'
import type {EmbeddedDatabase} from './database.js'
import {alertKey} from './keyspace.js'

/** What people do with alerts besides judging them. Each change is on disk together with its audit record. */
export class EmbeddedAlertChanges implements AlertChanges {
  constructor(
    private readonly database: EmbeddedDatabase,
    private readonly audit: AuditTrail,
  ) {}

  change(
    id: string,
    actor: Actor,
    changing: (view: AlertView) => TriageChange,
  ): Promise<AlertView | undefined> {
    return this.database.publications.run(async () => {
      const key = alertKey(id)
      const text = await this.database.level.get(key)
      if (text === undefined) return undefined
      const {view, ...told} = changing(JSON.parse(text) as AlertView)
      const put = {type: 'put', key, value: JSON.stringify(view)} as const
      await this.audit.write({...told, actor, subject: {type: 'alert', id}}, [put])
      return view
    })
  }
}
