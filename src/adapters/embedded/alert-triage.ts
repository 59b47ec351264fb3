import {
  type AlertView,
  type Triage,
  UNTOUCHED,
  viewAfterNote,
  viewAfterTriage,
} from '../../core/case/alert-view.js'
import type {Actor, AuditedChange} from '../../core/case/audit-record.js'
import {formatTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {AuditTrail} from './audit-trail.js'
import type {EmbeddedDatabase} from './database.js'
import {alertKey} from './keyspace.js'

/** A change of an alert, and what of it the trail tells. */
interface Told {
  readonly view: AlertView
  readonly before: AuditedChange['before']
  readonly after: AuditedChange['after']
}

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
    return this.change(id, {action: 'alert.assign', actor}, (view) => {
      const {assignee, in_review} = view.triage ?? UNTOUCHED
      return {view: viewAfterTriage(view, change), before: {assignee, in_review}, after: change}
    })
  }

  /** Adds a note. Rejects with TooManyNotesError; undefined if there is no such alert. The trail counts notes, and holds none. */
  note(id: string, text: string, actor: Actor): Promise<AlertView | undefined> {
    return this.change(id, {action: 'alert.note', actor}, (view) => {
      const notes = view.triage?.notes.length ?? 0
      const noted = viewAfterNote(view, {at: formatTime(this.clock.now()), by: actor, text})
      return {view: noted, before: {notes}, after: {notes: notes + 1}}
    })
  }

  private change(
    id: string,
    what: Pick<AuditedChange, 'action' | 'actor'>,
    changing: (view: AlertView) => Told,
  ): Promise<AlertView | undefined> {
    return this.database.publications.run(async () => {
      const key = alertKey(id)
      const text = await this.database.level.get(key)
      if (text === undefined) return undefined
      const {view, before, after} = changing(JSON.parse(text) as AlertView)
      const put = {type: 'put', key, value: JSON.stringify(view)} as const
      await this.audit.write({...what, subject: {type: 'alert', id}, before, after}, [put])
      return view
    })
  }
}
