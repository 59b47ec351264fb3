/** Rows of features with what is known about each, in order of event time. */
export interface TrainingSet {
  /** Row by row, raw; NaN where a value is missing. */
  readonly rows: Float32Array
  /** 1: fraud, 0: legitimate. */
  readonly labels: Float32Array
  /** How much each row counts: 1, or more where such rows were rarely labelled. */
  readonly weights: Float32Array
  /** Event times in ms. */
  readonly times: Float64Array
}

/** The rows from one up to another, in the same memory. */
export function rowsBetween(set: TrainingSet, from: number, to: number): TrainingSet {
  const width = set.labels.length === 0 ? 0 : set.rows.length / set.labels.length
  return {
    rows: set.rows.subarray(from * width, to * width),
    labels: set.labels.subarray(from, to),
    weights: set.weights.subarray(from, to),
    times: set.times.subarray(from, to),
  }
}

export function countFrauds(labels: ArrayLike<number>): number {
  let count = 0
  for (let row = 0; row < labels.length; row++) if (labels[row] === 1) count++
  return count
}
