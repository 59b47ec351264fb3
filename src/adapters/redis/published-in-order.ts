import type {Verdict} from '../../core/case/verdict.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import {compareIds} from '../../core/event/order.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {isRedacted} from '../../core/forgetting/forgotten-alert.js'
import {eventTimeOf} from '../../engine/port/published.js'
import {alertRange, alertRows} from './alert-rows.js'
import {parsed, readValues} from './guarded-values.js'
import {BUCKETS, type BucketKeys, bucketKeys, type Keyspace} from './keyspace.js'
import {mergedPlaces} from './merged-places.js'
import {ascendingTime} from './place.js'
import type {RedisConnection} from './redis-connection.js'
import {DECISIONS, FEATURES, placedId, recordPlace, type UserRecords, VERDICTS} from './user-records.js'

/** Event times in ms, the end excluded; infinite where there is no limit. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** What was published, as the read model holds it, in the order of event time and id. */
export class PublishedInOrder {
  private readonly buckets: readonly BucketKeys[]

  constructor(
    private readonly connection: RedisConnection,
    keyspace: Keyspace,
  ) {
    this.buckets = Array.from({length: BUCKETS}, (_, bucket) => bucketKeys(keyspace, bucket))
  }

  /** The alerts that stand; not those from which a forgotten user was taken out. */
  async *standingAlerts(span: TimeSpan): AsyncGenerator<AlertRecord> {
    const standing: AlertRecord[] = []
    for await (const rows of alertRows(this.connection, this.buckets, alertRange(filterOf(span), undefined)))
      for (const [, {status, alert}] of rows)
        if (status !== 'retracted' && !isRedacted(alert)) standing.push(alert)
    yield* standing.sort((a, b) => eventTimeOf(a) - eventTimeOf(b) || compareIds(a.alert_id, b.alert_id))
  }

  /** The last revision of each decision. */
  lastDecisions(span: TimeSpan): AsyncGenerator<DecisionRecord> {
    return this.records(DECISIONS, span)
  }

  /** The features of decided transactions as they were served. */
  servedFeatures(span: TimeSpan): AsyncGenerator<FeatureRecord> {
    return this.records(FEATURES, span)
  }

  /** What people said, as long as alerts are kept. */
  verdicts(span: TimeSpan): AsyncGenerator<Verdict> {
    return this.records(VERDICTS, span)
  }

  private async *records<T extends {readonly user_id: string}>(
    kind: UserRecords<T>,
    {from, to}: TimeSpan,
  ): AsyncGenerator<T> {
    const lists = this.buckets.map((keys) => kind.places(keys))
    const range = {
      from: Number.isFinite(from) ? `[${ascendingTime(from)}` : '-',
      to: Number.isFinite(to) ? `(${ascendingTime(to)}` : '+',
    }
    for await (const places of mergedPlaces(this.connection, lists, range)) {
      const found = new Map<string, T>()
      await Promise.all(
        this.buckets.map(async (keys, bucket) => {
          const those = places.filter(({list}) => list === bucket).map(({place}) => placedId(place))
          const names = [...new Set(those)].map((id) => kind.key(keys, id))
          for (const value of await readValues(this.connection, names))
            for (const record of parsed<readonly T[]>(value) ?? [])
              found.set(recordPlace(kind, record), record)
        }),
      )
      for (const {place} of places) {
        const record = found.get(place)
        if (record !== undefined) yield record
      }
    }
  }
}

function filterOf({from, to}: TimeSpan): {readonly from?: number; readonly to?: number} {
  return {
    ...(Number.isFinite(from) ? {from} : {}),
    ...(Number.isFinite(to) ? {to} : {}),
  }
}
