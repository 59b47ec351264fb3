import type {WeekFigures} from '../../../learning/loop/judged-week.js'

/** What `evaluate loop --json` prints. */
export interface LoopResult {
  readonly seed: number
  readonly users: number
  readonly alerts_per_day: number
  /** The first version decides all the time. */
  readonly without_loop: LoopSide
  /** Every week a version takes over that was trained on what was known then. */
  readonly with_loop: LoopSide
  readonly seconds: number
}

export interface LoopSide {
  readonly weeks: readonly WeekFigures[]
  /** Means over the weeks that had frauds; null if none had. */
  readonly mean: {readonly average_precision: number | null; readonly caught_at_budget: number | null}
}
