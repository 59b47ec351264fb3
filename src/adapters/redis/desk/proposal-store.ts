import type {AuditedChange} from '../../../core/case/audit-record.js'
import type {ProposalStore} from '../../../engine/port/proposal-store.js'
import {parsed, readValues, type StampedValue, stamped} from '../guarded-values.js'
import {deskKeys, type Keyspace} from '../keyspace.js'
import type {RedisConnection} from '../redis-connection.js'
import type {WriteList} from '../write-list.js'
import type {RedisAuditTrail} from './audit-trail.js'

/** The rules, or the change of the model, that wait for approval, as JSON, for all workers. */
export class RedisProposalStore<T> implements ProposalStore<T> {
  private readonly key: string

  constructor(
    private readonly connection: RedisConnection,
    keyspace: Keyspace,
    private readonly trail: RedisAuditTrail,
    what: 'proposal' | 'modelProposal' = 'proposal',
  ) {
    this.key = deskKeys(keyspace)[what]
  }

  async current(): Promise<T | null> {
    return parsed<T>(await this.value()) ?? null
  }

  async put(proposal: T, told: AuditedChange): Promise<void> {
    let isDone = false
    while (!isDone) {
      const value = await this.value()
      isDone = await this.write(told, value, (writes) =>
        writes.add('SET', this.key, stamped(value, JSON.stringify(proposal))),
      )
    }
  }

  async drop(told: AuditedChange): Promise<void> {
    const value = await this.value()
    if (value.text === undefined) return
    // Another proposal that came in between stays.
    await this.write(told, value, (writes) => writes.add('DEL', this.key))
  }

  private async value(): Promise<StampedValue> {
    const [value] = (await readValues(this.connection, [this.key])) as [StampedValue]
    return value
  }

  private write(told: AuditedChange, value: StampedValue, fill: (writes: WriteList) => void) {
    return this.trail.writeWith([told], new Map([[this.key, value]]), fill)
  }
}
