import {type EventTime, formatTime} from '../../core/event/time.js'
import type {ModelManifest} from '../../core/model/model-manifest.js'
import type {Model} from '../../engine/port/model.js'
import {metricsOf} from '../training/train-model.js'
import {countFrauds, rowsBetween, type TrainingSet} from '../training/training-set.js'
import type {Parity} from './served-parity.js'

/** How two versions did on the same transactions, that neither learnt from, with the features as they were served. */
export interface Evidence {
  readonly champion: number
  readonly challenger: number
  /** Event time of the earliest of them. */
  readonly from: string
  /** Transactions whose label is known by now. */
  readonly rows: number
  readonly frauds: number
  readonly average_precision: {readonly champion: number; readonly challenger: number}
  /** Of the scores that the challenger gave in shadow. */
  readonly parity: Parity
}

/** Event time (ms) from which on a version learnt from nothing. */
export function learntUpTo({training}: Pick<ModelManifest, 'training'>): number {
  return Date.parse(training.judged_from ?? training.window.to)
}

/** The rows from an event time on, in the same memory. */
export function rowsFrom(set: TrainingSet, from: number): TrainingSet {
  const first = set.times.findIndex((time) => time >= from)
  const count = set.labels.length
  return rowsBetween(set, first === -1 ? count : first, count)
}

/** Asks both versions about rows that neither learnt from. Undefined where there are no frauds, or nothing else, among them. */
export async function weigh(
  {champion, challenger}: {readonly champion: Model; readonly challenger: Model},
  later: TrainingSet,
  parity: Parity,
): Promise<Evidence | undefined> {
  const [rows, frauds] = [later.labels.length, countFrauds(later.labels)]
  if (frauds === 0 || frauds === rows) return undefined
  const precisionOf = async (model: Model) =>
    metricsOf(await model.score(later.rows, rows), later).average_precision
  return {
    champion: champion.version,
    challenger: challenger.version,
    from: formatTime((later.times[0] ?? 0) as EventTime),
    rows,
    frauds,
    average_precision: {champion: await precisionOf(champion), challenger: await precisionOf(challenger)},
    parity,
  }
}
