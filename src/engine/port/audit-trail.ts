import type {AuditedChange, AuditRecord} from '../../core/case/audit-record.js'
import type {Page} from './read-model.js'

/** What people changed, in the order in which they did. No record is ever taken out of it; of users who are forgotten, their details are. */
export interface AuditTrail {
  /** Records are durable, all or none, when it resolves. */
  write(changes: AuditedChange | readonly AuditedChange[]): Promise<void>
  /** The newest first. Rejects with InvalidCursorError for a cursor it did not give. */
  records(limit: number, cursor: string | undefined): Promise<Page<AuditRecord>>
}
