import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {Evaluation} from '../expression/evaluation.js'
import type {EntityPlan, Frame, NamedFeature, WindowFeature} from './feature-set.js'
import type {MemberLog} from './member-log.js'
import {numberOf} from './value-code.js'
import {borderAt} from './window-border.js'

/** The logs of one entity, in the order of its plan. */
export type EntityLogs = readonly MemberLog[]

/** The events that are joined to a transaction. */
export interface TransactionJoins {
  locationAsOf(transaction: StoredEvent): StoredEvent | undefined
  merchantAsOf(transaction: StoredEvent): StoredEvent | undefined
}

type FeatureValues = {[name: string]: number | undefined}

const NO_FRAME = -1

/** Works out the features of one kind of entity as of a transaction, from the rows that its logs hold. */
export class FeatureReader {
  private readonly starts: Int32Array
  private readonly ends: Int32Array
  private readonly values: FeatureValues = {}
  private readonly evaluation: Evaluation = {
    bound: [undefined],
    groups: [],
    location: undefined,
    merchant: undefined,
    features: this.values,
    anchorTime: 0 as EventTime,
  }

  constructor(readonly plan: EntityPlan) {
    this.starts = new Int32Array(plan.frames.length)
    this.ends = new Int32Array(plan.frames.length)
    for (const {name} of plan.inputs) this.values[name] = undefined
  }

  /** Puts all features of an entity into a row. */
  readInto(
    row: Float64Array,
    offset: number,
    logs: EntityLogs,
    transaction: StoredEvent,
    joins: TransactionJoins,
  ): void {
    this.readWindows(row, offset, logs, transaction)
    const {values} = this
    const {inputs, rows} = this.plan
    if (rows.length === 0) return
    for (const {name, at} of inputs) values[name] = row[offset + at]
    this.bind(transaction, joins)
    for (const {at, value} of rows) row[offset + at] = this.valueOf(value)
  }

  /** The same for those that are windows. */
  readWindows(row: Float64Array, offset: number, logs: EntityLogs, transaction: StoredEvent): void {
    const {starts, ends} = this
    const {frames, windows} = this.plan
    for (let i = 0; i < frames.length; i++) this.place(frames[i] as Frame, i, logs, transaction)
    for (const {at, frame, read} of windows) {
      const log = logs[(frames[frame] as Frame).log] as MemberLog
      const value = read(log, starts[frame] as number, ends[frame] as number, transaction)
      row[offset + at] = Number.isFinite(value) ? value : Number.NaN
    }
  }

  /** One feature; NaN if it is missing. */
  read({feature}: NamedFeature, logs: EntityLogs, transaction: StoredEvent, joins: TransactionJoins): number {
    this.starts.fill(NO_FRAME)
    if (feature.kind === 'window') return this.readWindow(feature, logs, transaction)
    for (const input of feature.inputs) this.values[input.name] = this.readWindow(input, logs, transaction)
    this.bind(transaction, joins)
    return this.valueOf(feature.value)
  }

  private readWindow({frame, read}: WindowFeature, logs: EntityLogs, transaction: StoredEvent): number {
    const {starts, ends, plan} = this
    const of = plan.frames[frame] as Frame
    if (starts[frame] === NO_FRAME) this.place(of, frame, logs, transaction)
    const log = logs[of.log] as MemberLog
    const value = read(log, starts[frame] as number, ends[frame] as number, transaction)
    return Number.isFinite(value) ? value : Number.NaN
  }

  private place(frame: Frame, index: number, logs: EntityLogs, {time, id, rank}: StoredEvent): void {
    const log = logs[frame.log] as MemberLog
    const {startAge, endAge, exact, includesCurrent} = frame
    const start = log.firstAfter(borderAt(time, startAge, exact))
    let end: number
    if (endAge > 0) end = log.firstAfter(borderAt(time, endAge, exact))
    else if (log.plan.rank !== rank) end = log.firstAfter(time)
    else {
      end = log.firstAfterEvent(time, id)
      if (!includesCurrent && end > start && log.at(0, end - 1) === time && log.ids[end - 1] === id) end--
    }
    this.starts[index] = start
    this.ends[index] = Math.max(start, end)
  }

  private bind(transaction: StoredEvent, joins: TransactionJoins): void {
    const {evaluation, plan} = this
    evaluation.bound[0] = transaction
    evaluation.anchorTime = transaction.time
    if (plan.usesLocation) evaluation.location = joins.locationAsOf(transaction)
    if (plan.usesMerchant) evaluation.merchant = joins.merchantAsOf(transaction)
  }

  private valueOf({of}: {readonly of: (evaluation: Evaluation) => unknown}): number {
    return numberOf(of(this.evaluation))
  }
}
