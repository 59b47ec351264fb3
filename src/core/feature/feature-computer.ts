import {compileProjection, type Project} from '../event/projection.js'
import {type Rates, usdPer} from '../event/rates.js'
import type {Fields, StoredEvent} from '../event/stored-event.js'
import {
  FEEDBACK,
  type KeyField,
  LOCATIONS,
  MERCHANTS,
  type Stream,
  TRANSACTIONS,
  type WireEvent,
} from '../event/stream.js'
import type {EventTime} from '../event/time.js'
import {locationAsOf} from '../history/as-of-join.js'
import {KeyHistory} from '../history/key-history.js'
import {VersionedTable} from '../history/versioned-table.js'
import type {FeatureSchema, FeatureSet} from './feature-set.js'
import {withTransaction} from './feedback-join.js'
import {KeyFeatures, stageFieldOf} from './key-features.js'
import {FeatureReader, type TransactionJoins} from './read-features.js'

/** What shapes features besides their views; as a running service has it. */
export interface ComputerSettings {
  /** What currencies are worth: for `amount_usd`. */
  readonly rates: Rates
  /** Older location fixes (ms) are not joined. */
  readonly locationMaxAge: number
  /** Events come no more than this (ms) out of order. */
  readonly allowedLateness: number
}

const DEFAULTS: ComputerSettings = {
  rates: new Map(),
  locationMaxAge: 86_400_000,
  allowedLateness: 600_000,
}

/** Keys are put together when so much event time (ms) has passed since the last time. */
const FOLD_EVERY_MS = 6 * 3_600_000

const NO_PREDICATES: readonly number[] = []

/**
 * The features of recorded events, without an engine: for training, evaluation and tests. Fed with the events in the order in which
 * a service took them, it gives each transaction the row that the service gave it.
 */
export class FeatureComputer implements TransactionJoins {
  /** By field, then by its value. */
  private readonly keys = new Map<KeyField, Map<string, KeyFeatures>>()
  private readonly fixes = new Map<string, KeyHistory>()
  private readonly transactions = new Map<string, StoredEvent>()
  private readonly merchants = new VersionedTable()
  private readonly projections: ReadonlyMap<string, Project>
  private readonly readers: readonly FeatureReader[]
  /** The fields by which the views' entities are kept. */
  private readonly keyFields: readonly KeyField[]
  private readonly row: Float64Array
  private newest = Number.NEGATIVE_INFINITY
  private foldedAt = Number.NEGATIVE_INFINITY

  private constructor(
    private readonly set: FeatureSet,
    private readonly streams: ReadonlyMap<string, Stream>,
    private readonly settings: ComputerSettings,
  ) {
    this.readers = set.plans.map((plan) => new FeatureReader(plan))
    this.row = new Float64Array(set.schema.names.length)
    this.keyFields = [...new Set(set.plans.map(({entity}) => stageFieldOf(entity)))]
    this.projections = new Map(
      [...streams.values()].map((stream) => [stream.name, compileProjection(stream, fieldsOf(stream, set))]),
    )
  }

  static of(
    set: FeatureSet,
    streams: ReadonlyMap<string, Stream>,
    settings: Partial<ComputerSettings> = {},
  ): FeatureComputer {
    return new FeatureComputer(set, streams, {...DEFAULTS, ...settings})
  }

  get schema(): FeatureSchema {
    return this.set.schema
  }

  /**
   * Takes in an event as it came over the wire. For a transaction: its row, in the order of the schema's names, NaN where a
   * feature is missing; the array is used again for the next one. The event is not checked, and must be new.
   */
  add(streamName: string, wire: WireEvent, time: EventTime): Float64Array | undefined {
    const stream = this.streams.get(streamName)
    if (stream === undefined) throw new RangeError(`no stream is called ${JSON.stringify(streamName)}`)
    return this.enter(this.stored(stream, wire, time))
  }

  locationAsOf(transaction: StoredEvent): StoredEvent | undefined {
    const history = this.fixes.get(String(transaction.fields.user_id))
    return history === undefined
      ? undefined
      : locationAsOf(history, transaction, this.settings.locationMaxAge)
  }

  merchantAsOf({fields, time}: StoredEvent): StoredEvent | undefined {
    return typeof fields.merchant_id === 'string' ? this.merchants.asOf(fields.merchant_id, time) : undefined
  }

  private enter(event: StoredEvent): Float64Array | undefined {
    this.newest = Math.max(this.newest, event.time)
    this.foldOld()
    if (event.stream === MERCHANTS) this.merchants.insert(String(event.fields.merchant_id), event)
    if (event.stream === LOCATIONS) this.keepFix(event)
    if (event.stream === TRANSACTIONS && this.set.feedbackHorizon > 0)
      this.transactions.set(transactionKey(event.fields.user_id, event.id), event)
    for (const keyField of this.keyFields) this.keyOf(keyField, event)?.insert(event)
    return event.stream === TRANSACTIONS ? this.rowOf(event) : undefined
  }

  private rowOf(transaction: StoredEvent): Float64Array {
    const {row} = this
    row.fill(Number.NaN)
    for (const reader of this.readers) {
      const {entity} = reader.plan
      const key = this.keyOf(stageFieldOf(entity), transaction)
      const id = key?.idOf(entity, transaction)
      if (key === undefined || id === undefined) continue
      reader.readInto(row, 0, key.logsOf(reader.plan, id), transaction, this)
    }
    return row
  }

  private keyOf(field: KeyField, event: StoredEvent): KeyFeatures | undefined {
    const key = event.fields[field]
    if (typeof key !== 'string' || key === '') return undefined
    let byKey = this.keys.get(field)
    if (byKey === undefined) {
      byKey = new Map()
      this.keys.set(field, byKey)
    }
    let features = byKey.get(key)
    if (features === undefined) {
      features = new KeyFeatures(this.set, field, key)
      byKey.set(key, features)
    }
    return features
  }

  private keepFix(fix: StoredEvent): void {
    const user = String(fix.fields.user_id)
    let history = this.fixes.get(user)
    if (history === undefined) {
      history = new KeyHistory()
      this.fixes.set(user, history)
    }
    history.insert(fix)
  }

  private stored(stream: Stream, wire: WireEvent, time: EventTime): StoredEvent {
    const {name, rank} = stream
    const derived = name === TRANSACTIONS ? this.amountUsd(wire, time) : undefined
    let fields: Fields = this.projections.get(name)?.(wire, derived) ?? {}
    if (name === FEEDBACK && this.set.feedbackHorizon > 0) {
      const transaction = this.transactions.get(transactionKey(fields.user_id, String(fields.transaction_id)))
      fields = withTransaction(fields, transaction, time, this.set.feedbackHorizon)
    }
    return {
      stream: name,
      rank,
      time,
      id: stream.idOf(wire, time),
      fields,
      predicates: NO_PREDICATES,
      contentHash: 0,
    }
  }

  private amountUsd({amount, currency}: WireEvent, time: EventTime): number | undefined {
    const rate = usdPer(this.settings.rates, (currency as string | null | undefined) ?? 'USD', time)
    return rate === undefined ? undefined : (amount as number) * rate
  }

  /** Puts together what no window needs one by one any more, and forgets what none reaches. */
  private foldOld(): void {
    if (this.newest - this.foldedAt < FOLD_EVERY_MS) return
    this.foldedAt = this.newest
    const {exactReach, feedbackHorizon} = this.set
    const {allowedLateness, locationMaxAge} = this.settings
    const before = this.newest - exactReach - 2 * allowedLateness
    for (const byKey of this.keys.values()) for (const features of byKey.values()) features.fold(before)
    const oldestFound = this.newest - feedbackHorizon - 2 * allowedLateness
    for (const [key, {time}] of this.transactions) if (time < oldestFound) this.transactions.delete(key)
    const oldestFix = (this.newest - locationMaxAge - 2 * allowedLateness) as EventTime
    for (const history of this.fixes.values())
      for (const series of history.allSeries()) series.dropBefore(oldestFix)
  }
}

function transactionKey(user: unknown, id: string): string {
  return `${user}\n${id}`
}

/** What of an event the features and their joins need. */
function fieldsOf({name, keyField}: Stream, {fieldsInUse}: FeatureSet): readonly string[] {
  const always = name === LOCATIONS ? ['lat', 'lon'] : name === TRANSACTIONS ? TRANSACTION_FIELDS : []
  return [keyField, ...always, ...(fieldsInUse.get(name) ?? [])]
}

const TRANSACTION_FIELDS = ['card_id', 'merchant_id', 'device_id', 'ip']
