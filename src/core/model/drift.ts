import type {BinTally, Distribution} from './distribution.js'

/** From here on it is worth a look; from `DRIFT_ALARM` on the model sees something else than it was trained on. */
export const DRIFT_WARN = 0.1
export const DRIFT_ALARM = 0.25

/** Fewer rows say more about chance than about drift: ten bins of them are off by about 10 / rows. */
export const LEAST_DRIFT_ROWS = 500

export type DriftState = 'steady' | 'warn' | 'alarm'

/** An empty bin counts as this share, so that its logarithm is finite. */
const LEAST_SHARE = 1e-4

/**
 * The population stability index: how far rows lie from what was expected of them. The sum over bins, and over missing values,
 * of (actual − expected) × ln(actual / expected).
 */
export function stabilityIndex(
  expected: Pick<Distribution, 'shares' | 'missing'>,
  actual: ReturnType<BinTally['shares']>,
): number {
  const term = (before: number, now: number) => {
    const [e, a] = [Math.max(before, LEAST_SHARE), Math.max(now, LEAST_SHARE)]
    return (a - e) * Math.log(a / e)
  }
  return expected.shares.reduce(
    (sum, share, bin) => sum + term(share, actual.shares[bin] ?? 0),
    term(expected.missing, actual.missing),
  )
}

export function driftState(index: number): DriftState {
  if (index >= DRIFT_ALARM) return 'alarm'
  return index >= DRIFT_WARN ? 'warn' : 'steady'
}
