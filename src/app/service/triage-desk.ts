import {randomUUID} from 'node:crypto'
import type {TriageService} from '../../adapters/http/triage-service.js'
import type {AlertChange} from '../../core/case/alert-change.js'
import type {AlertView, Triage} from '../../core/case/alert-view.js'
import type {Actor} from '../../core/case/audit-record.js'
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
    by: Actor,
  ): Promise<AlertView | undefined> {
    return this.alerts.change({...this.begun(id, by), type: 'alert_assigned', ...change})
  }

  note(id: string, text: string, by: Actor): Promise<AlertView | undefined> {
    return this.alerts.change({...this.begun(id, by), type: 'alert_noted', text})
  }

  private begun(alert_id: string, by: Actor): Pick<AlertChange, 'change_id' | 'alert_id' | 'at' | 'by'> {
    return {change_id: randomUUID(), alert_id, at: formatTime(this.clock.now()), by}
  }
}
