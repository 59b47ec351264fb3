import type {Verdict} from '../../core/case/verdict.js'
import type {DecisionRecord} from '../../core/decision/records.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {passes} from '../../engine/port/published.js'
import type {Publisher} from '../../engine/port/publisher.js'
import type {
  AlertFilter,
  AlertView,
  FeatureLogReader,
  Page,
  ReadModel,
  StoredDeadLetter,
  VerdictReader,
} from '../../engine/port/read-model.js'
import type {OutboxEntry} from '../../engine/port/state-store.js'
import {alertRange, alertRows} from './alert-rows.js'
import {bucketFor, byBucket} from './by-bucket.js'
import {closeAlerts} from './close-alerts.js'
import {DeadLetters} from './dead-letters.js'
import {expireAlerts, expireRecords, newestEventTime} from './expiry.js'
import {parsed, readValues} from './guarded-values.js'
import {BUCKETS, type BucketKeys, bucketKeys, type Keyspace} from './keyspace.js'
import {LateInputs, type StoredLateInput} from './late-inputs.js'
import {listPage} from './list-page.js'
import {decodeCursor} from './place.js'
import {publishRecords} from './publication.js'
import type {RedisConnection} from './redis-connection.js'
import {DECISIONS, FEATURES, readRecord, type UserRecords, VERDICTS} from './user-records.js'

/** Event time and id of an alert. */
const ALERT_PLACE = /^\d{16}.*$/s

/** What was published, in Redis. Each record counts once, however often it is published. */
export class RedisReadModel implements Publisher, ReadModel, VerdictReader, FeatureLogReader {
  private readonly buckets: readonly BucketKeys[]
  private readonly letters: DeadLetters
  private readonly late: LateInputs

  constructor(
    private readonly connection: RedisConnection,
    keyspace: Keyspace,
  ) {
    this.buckets = Array.from({length: BUCKETS}, (_, bucket) => bucketKeys(keyspace, bucket))
    this.letters = new DeadLetters(connection, keyspace)
    this.late = new LateInputs(connection, keyspace)
  }

  async publish(entry: OutboxEntry): Promise<void> {
    const {verdicts = []} = entry
    const group = <T>(records: readonly T[], idOf: (record: T) => string) =>
      byBucket(this.buckets, records, idOf)
    const alerts = group(entry.alerts, ({alert_id}) => alert_id)
    const decisions = group(entry.decisions, DECISIONS.idOf)
    const features = group(entry.features ?? [], FEATURES.idOf)
    const kept = group(verdicts, VERDICTS.idOf)
    const touched = new Set([alerts, decisions, features, kept].flatMap((groups) => [...groups.keys()]))
    await Promise.all([
      this.letters.publish(entry.deadLetters),
      this.late.publish(entry),
      ...[...touched].map((keys) =>
        publishRecords(this.connection, keys, {
          alerts: alerts.get(keys) ?? [],
          decisions: decisions.get(keys) ?? [],
          features: features.get(keys) ?? [],
          verdicts: kept.get(keys) ?? [],
        }),
      ),
    ])
    // After the alerts and decisions that they may be about. An entry that is published again finds them in place.
    await closeAlerts(this.connection, this.buckets, verdicts)
  }

  async alerts(filter: AlertFilter, limit: number, cursor: string | undefined): Promise<Page<AlertView>> {
    const after = cursor === undefined ? undefined : decodeCursor('alerts', cursor, ALERT_PLACE)
    const rows = alertRows(this.connection, this.buckets, alertRange(filter, after))
    return listPage('alerts', rows, (view) => passes(view, filter), limit)
  }

  async alert(id: string): Promise<AlertView | undefined> {
    const [value] = await readValues(this.connection, [bucketFor(this.buckets, id).alert(id)])
    return parsed(value)
  }

  decision(transactionId: string, userId?: string): Promise<DecisionRecord | undefined> {
    return this.read(DECISIONS, transactionId, userId)
  }

  featuresOf(transactionId: string, userId?: string): Promise<FeatureRecord | undefined> {
    return this.read(FEATURES, transactionId, userId)
  }

  verdict(feedbackId: string, userId: string): Promise<Verdict | undefined> {
    return this.read(VERDICTS, feedbackId, userId)
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

  /** Drops what has an event time (ms) before `before`. Returns how many alerts and decisions. */
  async expire(before: number): Promise<{readonly alerts: number; readonly decisions: number}> {
    return {alerts: await this.expireAlerts(before), decisions: await this.expireDecisions(before)}
  }

  /** Verdicts as well: they are kept as long as alerts. Returns how many alerts. */
  async expireAlerts(before: number): Promise<number> {
    const alerts = await expireAlerts(this.connection, this.buckets, before)
    await expireRecords(this.connection, this.buckets, VERDICTS, before)
    return alerts
  }

  /** Features as they were served as well: they are kept as long as decisions. Returns how many decisions. */
  async expireDecisions(before: number): Promise<number> {
    const decisions = await expireRecords(this.connection, this.buckets, DECISIONS, before)
    await expireRecords(this.connection, this.buckets, FEATURES, before)
    return decisions
  }

  private read<T extends {readonly user_id: string}>(
    kind: UserRecords<T>,
    id: string,
    user: string | undefined,
  ): Promise<T | undefined> {
    return readRecord(this.connection, kind, bucketFor(this.buckets, id), id, user)
  }
}
