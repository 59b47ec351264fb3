import type {AlertView, Triage} from '../../core/case/alert-view.js'
import type {Actor} from '../../core/case/audit-record.js'

/** What people do with alerts besides judging them. All resolve with undefined if there is no such alert. */
export interface TriageService {
  assign(
    id: string,
    change: Pick<Triage, 'assignee' | 'in_review'>,
    by: Actor,
  ): Promise<AlertView | undefined>
  /** Rejects with TooManyNotesError. */
  note(id: string, text: string, by: Actor): Promise<AlertView | undefined>
}
