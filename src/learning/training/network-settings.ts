/** How a network is trained; chosen on rows that the tests do not see. */
export interface NetworkSettings {
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[]
  /** So many networks, each of a seed of its own, are averaged. */
  readonly members: number
  /** At most. */
  readonly epochs: number
  /** Ends after so many epochs without a better average precision on the validation rows; without those, never. */
  readonly patience: number
  readonly batchSize: number
  readonly learningRate: number
  readonly weightDecay: number
  /** By how much a fraud counts more than a legitimate row. */
  readonly fraudWeight: number
  readonly seed: number
}
