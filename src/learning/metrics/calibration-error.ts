/** Rows with similar scores. */
export interface ReliabilityBin {
  /** How many rows. */
  readonly rows: number
  readonly meanScore: number
  /** The share of frauds among them. */
  readonly fraudRate: number
}

const BINS = 10

/** Rows of equal-sized tenths of the probability scale; empty tenths are left out. */
export function reliability(scores: ArrayLike<number>, labels: ArrayLike<number>): ReliabilityBin[] {
  const sums = Array.from({length: BINS}, () => ({rows: 0, score: 0, frauds: 0}))
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number
    const bin = sums[Math.min(BINS - 1, Math.floor(score * BINS))]
    if (bin === undefined) continue
    bin.rows++
    bin.score += score
    bin.frauds += labels[row] as number
  }
  return sums
    .filter(({rows}) => rows > 0)
    .map(({rows, score, frauds}) => ({rows, meanScore: score / rows, fraudRate: frauds / rows}))
}

/** Expected calibration error: by how much the score misses the rate of frauds, on average over the rows. */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  let sum = 0
  let all = 0
  for (const {rows, meanScore, fraudRate} of bins) {
    sum += rows * Math.abs(meanScore - fraudRate)
    all += rows
  }
  return sum / all
}
