import type {AuditedChange} from '../../core/case/audit-record.js'
import type {ProposalStore} from '../../engine/port/proposal-store.js'
import type {AuditTrail} from './audit-trail.js'
import type {EmbeddedDatabase} from './database.js'

/** What waits for approval under a key, as JSON. Each change is on disk together with its audit record. */
export class EmbeddedProposalStore<T> implements ProposalStore<T> {
  constructor(
    private readonly database: EmbeddedDatabase,
    private readonly audit: AuditTrail,
    private readonly key: string,
  ) {}

  async current(): Promise<T | null> {
    const text = await this.database.level.get(this.key)
    return text === undefined ? null : (JSON.parse(text) as T)
  }

  put(proposal: T, told: AuditedChange): Promise<void> {
    return this.audit.write(told, [{type: 'put', key: this.key, value: JSON.stringify(proposal)}])
  }

  async drop(told: AuditedChange): Promise<void> {
    if ((await this.current()) === null) return
    await this.audit.write(told, [{type: 'del', key: this.key}])
  }
}
