import type {NetworkSettings} from '../../../learning/training/network-settings.js'
import type {ScenarioOptions} from '../../../simulation/scenario/options.js'
import {shiftingFraud} from '../../../simulation/scenario/shifting-fraud.js'

/** What is played. */
export interface LoopOptions {
  readonly users: number
  /** Weeks in which fraud changes; before them come `KNOWN_WEEKS`. */
  readonly weeks: number
  readonly seed: number
  /** Plantings of a usual kind of fraud in a week; default one per 400 days of a user, as in any scenario. */
  readonly frauds?: number | undefined
  /** So many transactions can be looked at each day. */
  readonly alertsPerDay: number
  readonly network: NetworkSettings
}

/** Weeks of frauds of the first kind, from which the first version learns. */
export const KNOWN_WEEKS = 4

/** Quick to train: each week trains one. */
export const LOOP_NETWORK: NetworkSettings = {
  hidden: [32, 16],
  members: 1,
  epochs: 15,
  patience: 4,
  batchSize: 512,
  learningRate: 0.004,
  weightDecay: 1e-5,
  fraudWeight: 5,
  seed: 1,
}

export function loopTraffic({users, weeks, seed, frauds}: LoopOptions): ScenarioOptions {
  const usual = frauds ?? Math.max(1, Math.round((users * 7) / 400))
  const phases = shiftingFraud(KNOWN_WEEKS, weeks, usual)
  return {users, seed, phases, days: 7 * phases.length}
}
