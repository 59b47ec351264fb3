import {map, type OperatorFunction} from 'rxjs'
import type {KeyState} from '../../core/decision/key-state.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import {FeatureRows} from '../../core/feature/feature-rows.js'
import {stageFieldOf} from '../../core/feature/key-features.js'
import {MemberLog} from '../../core/feature/member-log.js'
import {type EntityLogs, FeatureReader} from '../../core/feature/read-features.js'
import {BatchJoins} from '../stage/batch-joins.js'
import type {KeyedStage} from '../stage/keyed-stage.js'
import type {Partition} from '../stage/partition.js'
import type {AcceptedEvent, AdmittedBatch, FeaturedBatch} from './batch.js'

/**
 * Lets each accepted event count in the windows of its user and card, of its merchant, device and address, in the order of
 * arrival, and works out each transaction's row of features as of then: what the model is served, and what the feature log keeps.
 */
export function features(): OperatorFunction<AdmittedBatch, FeaturedBatch> {
  return map((batch) => {
    const {schema} = batch.partition.bundle.features
    if (schema.names.length === 0) return {...batch, featureRows: undefined}
    return {...batch, featureRows: new Featuring(batch.partition, batch.accepted).run()}
  })
}

class Featuring {
  private readonly stages: readonly KeyedStage[]
  private readonly readers: readonly {readonly reader: FeatureReader; readonly stage: KeyedStage}[]
  private readonly joins: BatchJoins
  private readonly rows: FeatureRows
  /** By key of a further stage: the events of this batch that have entered. */
  private readonly entered = new Map<KeyState, Set<string>>()

  constructor(
    private readonly partition: Partition,
    private readonly accepted: readonly AcceptedEvent[],
  ) {
    const {features} = partition.bundle
    this.stages = partition.stages.filter(({hasFeatures}) => hasFeatures)
    this.readers = features.plans.flatMap((plan) => {
      const stage = partition.stageOf(stageFieldOf(plan.entity))
      return stage === undefined ? [] : [{reader: readerOf(plan), stage}]
    })
    this.joins = new BatchJoins(partition)
    const isDecided = ({event, state}: AcceptedEvent) => event.stream === TRANSACTIONS && state !== undefined
    this.rows = new FeatureRows(features, accepted.filter(isDecided).length)
  }

  run(): FeatureRows {
    for (const {event, state} of this.accepted) {
      this.joins.arrived(event, state)
      for (const stage of this.stages) this.enter(stage, event, state)
      if (event.stream === TRANSACTIONS && state !== undefined) this.addRow(event, state)
    }
    return this.rows
  }

  /** Lets an event count at a stage: the one that it was accepted by, or one that it is handed to. */
  private enter(stage: KeyedStage, event: StoredEvent, home: KeyState | undefined): void {
    if (stage.keyField === home?.keyField) {
      stage.featuresOf(home).insert(event)
      return
    }
    const key = event.fields[stage.keyField]
    if (!stage.takes(event.stream) || typeof key !== 'string' || key === '') return
    const state = stage.stateOf(key)
    if (this.isNew(state, event)) stage.featuresOf(state).insert(event)
  }

  /** Ids are unique within a user: of two users' events with the same id, the first stands. */
  private isNew(state: KeyState, {stream, rank, id}: StoredEvent): boolean {
    const name = `${rank} ${id}`
    let entered = this.entered.get(state)
    if (entered === undefined) {
      entered = new Set()
      this.entered.set(state, entered)
    }
    if (entered.has(name) || state.history.find(stream, rank, id) !== undefined) return false
    entered.add(name)
    return true
  }

  private addRow(transaction: StoredEvent, user: KeyState): void {
    const {rows, joins} = this
    joins.user = user
    const offset = rows.begin(transaction, user.key)
    for (const {reader, stage} of this.readers) {
      const {plan} = reader
      const key = stage === this.partition.users ? user.key : transaction.fields[stage.keyField]
      if (typeof key !== 'string' || key === '') continue
      const of = stage.keys.get(key)?.features
      const id = of === undefined ? key : of.idOf(plan.entity, transaction)
      if (id === undefined) continue
      const logs = of === undefined ? emptyLogs(plan) : of.logsOf(plan, id)
      reader.readInto(rows.values, offset, logs, transaction, joins)
      rows.noteAge(plan, logs, transaction)
    }
  }
}

type Plan = FeatureReader['plan']

const logsOfNobody = new WeakMap<Plan, EntityLogs>()

/** Of an entity that nothing is known of. Never written to. */
function emptyLogs(plan: Plan): EntityLogs {
  let logs = logsOfNobody.get(plan)
  if (logs === undefined) {
    logs = plan.logs.map((log) => new MemberLog(log))
    logsOfNobody.set(plan, logs)
  }
  return logs
}

const readers = new WeakMap<Plan, FeatureReader>()

/** Readers hold nothing but scratch: one for each plan will do. */
function readerOf(plan: Plan): FeatureReader {
  let reader = readers.get(plan)
  if (reader === undefined) {
    reader = new FeatureReader(plan)
    readers.set(plan, reader)
  }
  return reader
}
