import type {AlertChange} from '../../core/case/alert-change.js'
import type {AlertView} from '../../core/case/alert-view.js'

/** Alerts as people change them. */
export interface AlertChanges {
  /**
   * Changes an alert, together with its audit record, and resolves with what it is then; undefined if there is no such
   * alert. Rejects with TooManyNotesError.
   */
  change(change: AlertChange): Promise<AlertView | undefined>
}
