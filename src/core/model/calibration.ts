/** Platt's scaling: probability = sigmoid(slope × logit + intercept). It keeps the order of scores. */
export interface Calibration {
  /** Greater than 0. */
  readonly slope: number
  readonly intercept: number
}

export const UNCALIBRATED: Calibration = {slope: 1, intercept: 0}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}

/** Probabilities of fraud. NaN where the logit is NaN. */
export function calibrated(logits: Float32Array, {slope, intercept}: Calibration): Float32Array {
  return logits.map((logit) => sigmoid(slope * logit + intercept))
}
