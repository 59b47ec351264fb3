import type {AlertView, Triage} from '../../core/case/alert-view.js'
import type {Actor} from '../../core/case/audit-record.js'
import {assigned, noted, type TriageChange} from '../../core/case/triage-change.js'
import {formatTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {AuditTrail} from './audit-trail.js'
import type {EmbeddedDatabase} from './database.js'
import {alertKey} from './keyspace.js'

/** What people do with alerts besides judging them. Each change is on disk together with its audit record. */
export class AlertTriage {
  constructor(
    private readonly database: EmbeddedDatabase,
    private readonly audit: AuditTrail,
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
    return this.change(id, actor, (view) => noted(view, {at: formatTime(this.clock.now()), by: actor, text}))
  }

  private change(
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
