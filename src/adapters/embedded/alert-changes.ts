import type {AlertChange} from '../../core/case/alert-change.js'
import type {AlertView} from '../../core/case/alert-view.js'
import {triageAfter} from '../../core/case/triage-change.js'
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

  change(change: AlertChange): Promise<AlertView | undefined> {
    return this.database.publications.run(async () => {
      const key = alertKey(change.alert_id)
      const text = await this.database.level.get(key)
      if (text === undefined) return undefined
      const known = JSON.parse(text) as AlertView
      const changed = triageAfter(known, change)
      if (changed === undefined) return known
      const {view, told} = changed
      await this.audit.write(told, [{type: 'put', key, value: JSON.stringify(view)}])
      return view
    })
  }
}
