/** How the values of each feature lie in the training rows. */
export interface Scaling {
  /** Mean of the values that are there. */
  readonly center: readonly number[]
  /** Standard deviation; 0 for a feature that never changed, of which nothing could be learnt. */
  readonly spread: readonly number[]
}

/** Nothing lies further from the mean, in standard deviations: an absurd amount must not overflow the network. */
const FURTHEST = 100

/**
 * Rows as a network takes them: each value as its distance from the mean in standard deviations. A missing one (NaN)
 * counts as the mean, and so does every value of a feature of which nothing could be learnt.
 */
export function scaleRows(rows: Float32Array, {center, spread}: Scaling): Float32Array {
  const width = center.length
  const scaled = new Float32Array(rows.length)
  for (let start = 0; start < rows.length; start += width) {
    for (let feature = 0; feature < width; feature++) {
      const value = rows[start + feature] as number
      const deviation = spread[feature] as number
      if (Number.isNaN(value) || deviation === 0) continue
      const distance = (value - (center[feature] as number)) / deviation
      scaled[start + feature] = Math.max(-FURTHEST, Math.min(FURTHEST, distance))
    }
  }
  return scaled
}

/** The scaling that gives these rows mean 0 and standard deviation 1. A feature that no row has never changed. */
export function scalingOf(rows: Float32Array, width: number): Scaling {
  const center: number[] = []
  const spread: number[] = []
  for (let feature = 0; feature < width; feature++) {
    const mean = meanOf(rows, feature, width, (value) => value)
    const variance = meanOf(rows, feature, width, (value) => (value - mean) ** 2)
    center.push(mean)
    spread.push(Math.sqrt(variance))
  }
  return {center, spread}
}

/** Over the finite values of one feature; 0 if there are none. */
function meanOf(rows: Float32Array, feature: number, width: number, of: (value: number) => number): number {
  let sum = 0
  let count = 0
  for (let at = feature; at < rows.length; at += width) {
    const value = rows[at] as number
    if (!Number.isFinite(value)) continue
    sum += of(value)
    count++
  }
  return count === 0 ? 0 : sum / count
}
