import type {Verdict} from '../../core/case/verdict.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import {eventTimeOf, passes} from '../../engine/port/published.js'
import type {Publisher} from '../../engine/port/publisher.js'
import type {
  AlertFilter,
  AlertView,
  Page,
  ReadModel,
  StoredDeadLetter,
  VerdictReader,
} from '../../engine/port/read-model.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import {alertRange, alertRows} from './alert-rows.js'
import {DeadLetters} from './dead-letters.js'
import {expireAlerts, expireDecisions, newestEventTime} from './expiry.js'
import {parsed, readValues} from './guarded-values.js'
import {BUCKETS, type BucketKeys, bucketKeys, bucketOf, type Keyspace} from './keyspace.js'
import {LateInputs, type StoredLateInput} from './late-inputs.js'
import {listPage} from './list-page.js'
import {decodeCursor} from './place.js'
import {publishRecords} from './publication.js'
import type {RedisConnection} from './redis-connection.js'
import {Verdicts} from './verdicts.js'

/** Event time and id of an alert. */
const ALERT_PLACE = /^\d{16}.*$/s

/** What was published, in Redis. Each record counts once, however often it is published. */
export class RedisReadModel implements Publisher, ReadModel, VerdictReader {
  private readonly buckets: readonly BucketKeys[]
  private readonly letters: DeadLetters
  private readonly late: LateInputs
  private readonly verdicts: Verdicts

  constructor(
    private readonly connection: RedisConnection,
    keyspace: Keyspace,
  ) {
    this.buckets = Array.from({length: BUCKETS}, (_, bucket) => bucketKeys(keyspace, bucket))
    this.letters = new DeadLetters(connection, keyspace)
    this.late = new LateInputs(connection, keyspace)
    this.verdicts = new Verdicts(connection, this.buckets)
  }

  async publish(entry: OutboxEntry): Promise<void> {
    const alerts = byBucket(entry.alerts, ({alert_id}: AlertRecord) => bucketOf(alert_id))
    const decisions = byBucket(entry.decisions, ({transaction_id}: DecisionRecord) =>
      bucketOf(transaction_id),
    )
    await Promise.all([
      this.letters.publish(entry.deadLetters),
      this.late.publish(entry),
      ...this.buckets.map(async (keys, i) => {
        const records = {alerts: alerts.get(i) ?? [], decisions: decisions.get(i) ?? []}
        if (records.alerts.length + records.decisions.length === 0) return
        await publishRecords(this.connection, keys, records)
      }),
    ])
    for (const verdict of entry.verdicts ?? []) await this.verdicts.publish(verdict)
  }

  async alerts(filter: AlertFilter, limit: number, cursor: string | undefined): Promise<Page<AlertView>> {
    const after = cursor === undefined ? undefined : decodeCursor('alerts', cursor, ALERT_PLACE)
    const rows = alertRows(this.connection, this.buckets, alertRange(filter, after))
    return listPage('alerts', rows, (view) => passes(view, filter), limit)
  }

  alert(id: string): Promise<AlertView | undefined> {
    return this.read(this.bucket(id).alert(id))
  }

  async decision(transactionId: string, userId?: string): Promise<DecisionRecord | undefined> {
    const key = this.bucket(transactionId).decisions(transactionId)
    const decisions = (await this.read<DecisionRecord[]>(key)) ?? []
    if (userId !== undefined) return decisions.find(({user_id}) => user_id === userId)
    return decisions.sort((a, b) => eventTimeOf(b) - eventTimeOf(a))[0]
  }

  /** By the id of its feedback event and its user. */
  verdict(feedbackId: string, userId: string): Promise<Verdict | undefined> {
    return this.verdicts.get(feedbackId, userId)
  }

  deadLetters(
    reason: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<StoredDeadLetter>> {
    return this.letters.list(reason, limit, cursor)
  }

  deadLetter(id: string): Promise<StoredDeadLetter | undefined> {
    return this.letters.get(id)
  }

  /** Counts one more replay of a dead letter. Gives it as it is now; undefined if there is none. */
  markReplayed(id: string): Promise<StoredDeadLetter | undefined> {
    return this.letters.markReplayed(id)
  }

  /** Late inputs in the order of their offsets. Rejects with InvalidCursorError for a cursor it did not give. */
  lateInputs(limit: number, cursor: string | undefined): Promise<Page<StoredLateInput>> {
    return this.late.list(limit, cursor)
  }

  /** How many late inputs there were. */
  lateCount(): Promise<number> {
    return this.late.count()
  }

  /** The newest event time in ms of all alerts and decisions: what retention counts back from. */
  newestEventTime(): Promise<number | undefined> {
    return newestEventTime(this.connection, this.buckets)
  }

  /** Drops alerts and decisions with an event time (ms) before `before`. Returns how many. */
  async expire(before: number): Promise<{readonly alerts: number; readonly decisions: number}> {
    return {alerts: await this.expireAlerts(before), decisions: await this.expireDecisions(before)}
  }

  expireAlerts(before: number): Promise<number> {
    return expireAlerts(this.connection, this.buckets, before)
  }

  expireDecisions(before: number): Promise<number> {
    return expireDecisions(this.connection, this.buckets, before)
  }

  private async read<T>(key: string): Promise<T | undefined> {
    const [value] = await readValues(this.connection, [key])
    return parsed(value)
  }

  private bucket(id: string): BucketKeys {
    return this.bucketAt(bucketOf(id))
  }

  private bucketAt(number: number): BucketKeys {
    return this.buckets[number] as BucketKeys
  }
}

function byBucket<T>(records: readonly T[], bucketOfRecord: (record: T) => number): ReadonlyMap<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const record of records) {
    const bucket = bucketOfRecord(record)
    const group = groups.get(bucket)
    if (group === undefined) groups.set(bucket, [record])
    else group.push(record)
  }
  return groups
}
