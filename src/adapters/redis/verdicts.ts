import {type AlertView, viewAfterVerdict} from '../../core/case/alert-view.js'
import type {Verdict} from '../../core/case/verdict.js'
import type {DecisionRecord} from '../../core/decision/records.js'
import {parsed, readValues, type StampedValue, stamped, writeIfUnchanged} from './guarded-values.js'
import {type BucketKeys, bucketOf} from './keyspace.js'
import type {RedisConnection} from './redis-connection.js'
import {WriteList} from './write-list.js'

/** Verdicts by feedback event and user, and what they say about alerts. */
export class Verdicts {
  constructor(
    private readonly connection: RedisConnection,
    private readonly buckets: readonly BucketKeys[],
  ) {}

  /** Comes after the alerts and decisions that were published with it. A verdict on a transaction is one on the alerts that its decision names. */
  async publish(verdict: Verdict): Promise<void> {
    const {alert_id, transaction_id, user_id} = verdict
    const key = this.keyOf(verdict.feedback_id, user_id)
    await this.connection.attempt((client) => client.set(key, JSON.stringify(verdict)))
    const ids = transaction_id === null ? [] : await this.alertsOf(transaction_id, user_id)
    for (const id of new Set([alert_id, ...ids])) if (id !== null) await this.publishOn(id, verdict)
  }

  async get(feedbackId: string, userId: string): Promise<Verdict | undefined> {
    const key = this.keyOf(feedbackId, userId)
    const text = await this.connection.attempt((client) => client.get(key))
    return text === null ? undefined : (JSON.parse(text) as Verdict)
  }

  private async alertsOf(transaction: string, user: string): Promise<readonly (string | null)[]> {
    const [value] = await readValues(this.connection, [this.bucket(transaction).decisions(transaction)])
    const decisions = parsed<readonly DecisionRecord[]>(value) ?? []
    const decision = decisions.find(({user_id}) => user_id === user)
    return decision?.rules.map(({alert_id}) => alert_id) ?? []
  }

  private async publishOn(alert: string, verdict: Verdict): Promise<void> {
    const key = this.bucket(alert).alert(alert)
    for (;;) {
      const [value] = (await readValues(this.connection, [key])) as [StampedValue]
      const known = parsed<AlertView>(value)
      const view = known === undefined ? undefined : viewAfterVerdict(known, verdict)
      if (view === undefined) return
      const writes = new WriteList(0)
      writes.add('SET', key, stamped(value, JSON.stringify(view)))
      if (await writeIfUnchanged(this.connection, new Map([[key, value]]), writes)) return
    }
  }

  private keyOf(feedbackId: string, userId: string): string {
    return this.bucket(feedbackId).verdict(feedbackId, userId)
  }

  private bucket(id: string): BucketKeys {
    return this.buckets[bucketOf(id)] as BucketKeys
  }
}
