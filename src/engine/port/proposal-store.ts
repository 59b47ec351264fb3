import type {AuditedChange} from '../../core/case/audit-record.js'

/** The one thing that waits for somebody's approval. Each change is durable together with its audit record. */
export interface ProposalStore<T> {
  current(): Promise<T | null>
  /** Takes the place of what waited. */
  put(proposal: T, told: AuditedChange): Promise<void>
  /** Without effect, and without a record, if nothing waits. */
  drop(told: AuditedChange): Promise<void>
}
