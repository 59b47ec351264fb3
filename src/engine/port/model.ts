import type {ModelScore} from '../../core/decision/model-score.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {FeatureRows} from '../../core/feature/feature-rows.js'
import type {ModelDistribution} from '../../core/model/distribution.js'
import type {TrainedOn} from '../../core/model/drift-watch.js'

/** Scores transactions with the model that is in force. */
export interface Scorer {
  /** The version in force; undefined if there is none. */
  readonly version: {readonly id: string; readonly version: number} | undefined
  /** What drift is measured against: the version in force; undefined if there is none. */
  readonly trained?: TrainedOn | undefined
  /**
   * By transaction: its score, explained if it is `explainFrom` or more. Transactions that get none are left out; undefined if none
   * does. It never rejects, and answers within its limit of time.
   */
  score(rows: FeatureRows, explainFrom: number): Promise<ReadonlyMap<StoredEvent, ModelScore> | undefined>
  /**
   * What the version in shadow says of the same rows, which has no effect on any decision. Undefined if there is none, or it did not
   * answer in time. It never rejects.
   */
  shadow?(rows: FeatureRows): Promise<ReadonlyMap<StoredEvent, ShadowScore> | undefined>
}

/** What a version that is tried beside the one in force said of a transaction. */
export interface ShadowScore {
  readonly version: number
  /** The probability of fraud. */
  readonly score: number
}

/**
 * A model that scores transactions. Rows are given raw, one after the other, in the order of `features.names`, NaN
 * where a value is missing.
 */
export interface Model {
  readonly id: string
  readonly version: number
  readonly features: {readonly hash: string; readonly names: readonly string[]}
  /** By column: whether it learnt anything from the feature. One that never changed in training is not looked at. */
  readonly learnt: readonly boolean[]
  /** The mean legitimate row. */
  readonly baseline: readonly number[]
  /** How features and scores lay in its training; undefined in versions of before that was kept. */
  readonly distribution?: ModelDistribution | undefined
  /** The calibrated probability of fraud of each row. One call per micro-batch. Rejects if the rows do not fit. */
  score(rows: Float32Array, count: number): Promise<Float32Array>
  /**
   * By how much each value of each row moved the logit, compared with the mean legitimate row (integrated gradients):
   * as many numbers as the rows have. About as much work as scoring 32 rows for each.
   */
  attribute(rows: Float32Array, count: number): Promise<Float32Array>
  /** Frees its memory; it cannot score any more. */
  dispose(): void
}
