import type {ScoreReason} from '../model/reasons.js'

/** What a model said of a transaction when it came. */
export interface ModelScore {
  readonly model: {readonly id: string; readonly version: number}
  /** The probability of fraud. */
  readonly score: number
  /** Why, for scores that ask for something; else empty. */
  readonly reasons: readonly ScoreReason[]
  /** It learnt from features that could not be had, for any transaction, where this one was scored. */
  readonly lacksFeatures?: true | undefined
}
