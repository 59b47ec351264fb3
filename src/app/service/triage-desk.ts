import type {TriageService} from '../../adapters/http/triage-service.js'
import type {AlertView, Triage} from '../../core/case/alert-view.js'
import type {Actor} from '../../core/case/audit-record.js'
import {assigned, noted} from '../../core/case/triage-change.js'
import {formatTime} from '../../core/event/time.js'
import type {AlertChanges} from '../../engine/port/alert-changes.js'
import type {Clock} from '../../engine/port/clock.js'

/** What people do with alerts besides judging them. */
export class TriageDesk implements TriageService {
  constructor(
    private readonly alerts: AlertChanges,
    private readonly clock: Clock,
  ) {}

  assign(
    id: string,
    change: Pick<Triage, 'assignee' | 'in_review'>,
    actor: Actor,
  ): Promise<AlertView | undefined> {
    return this.alerts.change(id, actor, (view) => assigned(view, change))
  }

  note(id: string, text: string, actor: Actor): Promise<AlertView | undefined> {
    const note = {at: formatTime(this.clock.now()), by: actor, text}
    return this.alerts.change(id, actor, (view) => noted(view, note))
  }
}
