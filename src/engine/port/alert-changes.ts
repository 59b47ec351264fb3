import type {AlertView} from '../../core/case/alert-view.js'
import type {Actor} from '../../core/case/audit-record.js'
import type {TriageChange} from '../../core/case/triage-change.js'

/** Alerts as people change them. */
export interface AlertChanges {
  /**
   * Changes an alert, together with its audit record, and resolves with what it is then; undefined if there is no such alert. Rejects with
   * what `changing` throws.
   */
  change(
    id: string,
    actor: Actor,
    changing: (view: AlertView) => TriageChange,
  ): Promise<AlertView | undefined>
}
