import type {Network} from '../../core/model/network.js'

/** Scaled rows with their labels, to learn from. */
export interface LabelledRows {
  /** Row by row, as `scaleRows` gives them. */
  readonly rows: Float32Array
  /** 1: fraud, 0: legitimate. One per row. */
  readonly labels: Float32Array
  /** How much each row counts. */
  readonly weights: Float32Array
}

export interface FitTask extends LabelledRows {
  /** The network to begin with. */
  readonly start: Network
  readonly epochs: number
  readonly batchSize: number
  /** Of Adam; falls along half a cosine to 0 at the last epoch. */
  readonly learningRate: number
  /** Times the squared weights, added to the loss. */
  readonly weightDecay: number
  /** The order in which an epoch takes the rows: chance is the caller's. */
  readonly orderOf: (epoch: number) => Int32Array
}

export interface FittedEpoch {
  /** From 1. */
  readonly epoch: number
  /** Mean weighted cross entropy over the epoch. */
  readonly loss: number
  readonly network: Network
}

/** The arithmetic of learning, which a tensor library does. The same task gives the same weights. */
export interface NetworkTrainer {
  /** Gradient descent, epoch by epoch, until the caller stops. */
  fit(task: FitTask): AsyncIterable<FittedEpoch>
  /** The logistic regression of greatest likelihood with the penalty |w|² / (2 × inversePenalty), by Newton's method. */
  fitLogisticRegression(data: LabelledRows, inversePenalty: number): Promise<Network>
  /** The mean logit of the networks for each scaled row. */
  logits(networks: readonly Network[], rows: Float32Array): Promise<Float32Array>
}
