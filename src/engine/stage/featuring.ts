import type {KeyState} from '../../core/decision/key-state.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import {FeatureRows} from '../../core/feature/feature-rows.js'
import {stageFieldOf} from '../../core/feature/key-features.js'
import {MemberLog} from '../../core/feature/member-log.js'
import {type EntityLogs, FeatureReader, type TransactionJoins} from '../../core/feature/read-features.js'
import {locationAsOf} from '../../core/history/as-of-join.js'
import type {FurtherPlaces} from './further-places.js'
import type {KeyedStage} from './keyed-stage.js'
import type {Partition} from './partition.js'

type Plan = FeatureReader['plan']

interface PlacedReader {
  readonly reader: FeatureReader
  readonly stage: KeyedStage
}

/**
 * Lets the events of a batch count in the windows of their user and card, their merchant, device and address, and works out the
 * row of each transaction. Takes them one by one, each before it enters the histories: what is said of an event knows what
 * came before it, and nothing that comes later in the batch.
 */
export class Featuring implements TransactionJoins {
  readonly rows: FeatureRows
  private readonly stages: readonly KeyedStage[]
  private readonly readers: readonly PlacedReader[]
  private user: KeyState | undefined

  /** For so many transactions at most. */
  constructor(
    private readonly partition: Partition,
    transactions: number,
  ) {
    const {features} = partition.bundle
    this.stages = partition.stages.filter(({hasFeatures}) => hasFeatures)
    this.readers = features.plans.flatMap((plan) => {
      const stage = partition.stageOf(stageFieldOf(plan.entity))
      return stage === undefined ? [] : [{reader: readerOf(plan), stage}]
    })
    this.rows = new FeatureRows(features, transactions, withheldIn(partition))
  }

  /**
   * An accepted event, in the order of arrival; `home` is the state of the key that it was accepted by, `places` are its places
   * in the further stages.
   */
  take(event: StoredEvent, home: KeyState | undefined, places: FurtherPlaces): void {
    if (home !== undefined) {
      const stage = this.stages.find(({keyField}) => keyField === home.keyField)
      stage?.featuresOf(home).insert(event)
    }
    this.takeIn(event, places)
    if (event.stream === TRANSACTIONS && home !== undefined) this.addRow(event, home, places)
  }

  /** An event that another partition accepted: at its user it counted there. */
  takeIn(event: StoredEvent, {stages, states, enters}: FurtherPlaces): void {
    for (let i = 0; i < stages.length; i++) {
      const stage = stages[i] as KeyedStage
      if (enters[i] && stage.hasFeatures) stage.featuresOf(states[i] as KeyState).insert(event)
    }
  }

  locationAsOf(transaction: StoredEvent): StoredEvent | undefined {
    const {locationMaxAge} = this.partition.bundle.settings
    return this.user && locationAsOf(this.user.history, transaction, locationMaxAge)
  }

  merchantAsOf({fields, time}: StoredEvent): StoredEvent | undefined {
    const id = fields.merchant_id
    return typeof id === 'string' ? this.partition.shared.merchants.asOf(id, time) : undefined
  }

  private addRow(transaction: StoredEvent, user: KeyState, places: FurtherPlaces): void {
    const {rows, partition} = this
    const isExchanging = partition.shared.exchange !== undefined
    this.user = user
    const offset = rows.begin(transaction, user.key)
    for (const {reader, stage} of this.readers) {
      // What is known of its merchant, device and address is elsewhere: those features are missing.
      if (isExchanging && stage !== partition.users) continue
      const {plan} = reader
      const key = stage === partition.users ? user.key : transaction.fields[stage.keyField]
      if (typeof key !== 'string' || key === '') continue
      const of = (stage === partition.users ? user : places.stateAt(stage))?.features
      const id = of === undefined ? key : of.idOf(plan.entity, transaction)
      if (id === undefined) continue
      const logs = of === undefined ? emptyLogs(plan) : of.logsOf(plan, id)
      reader.readInto(rows.values, offset, logs, transaction, this)
      rows.noteAge(plan, logs, transaction)
    }
  }
}

/** Columns of merchants, devices and addresses, where those live in other partitions. */
function withheldIn({shared, bundle}: Partition): readonly number[] {
  if (shared.exchange === undefined) return []
  const plans = bundle.features.plans.filter(({entity}) => stageFieldOf(entity) !== 'user_id')
  return plans.flatMap(({windows, rows}) => [...windows, ...rows].map(({at}) => at))
}

const readers = new WeakMap<Plan, FeatureReader>()
const logsOfNobody = new WeakMap<Plan, EntityLogs>()

/** Readers hold nothing but scratch: one for each plan will do. */
function readerOf(plan: Plan): FeatureReader {
  let reader = readers.get(plan)
  if (reader === undefined) {
    reader = new FeatureReader(plan)
    readers.set(plan, reader)
  }
  return reader
}

/** Of an entity that nothing is known of. Never written to. */
function emptyLogs(plan: Plan): EntityLogs {
  let logs = logsOfNobody.get(plan)
  if (logs === undefined) {
    logs = plan.logs.map((log) => new MemberLog(log))
    logsOfNobody.set(plan, logs)
  }
  return logs
}
