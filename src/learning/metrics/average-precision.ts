import type {RankStep} from './ranking.js'

/**
 * Average precision: the sum over steps of precision × gain in recall, without interpolation (as scikit-learn defines
 * it). NaN without frauds.
 */
export function averagePrecision(steps: readonly RankStep[]): number {
  let sum = 0
  let before = 0
  for (const {rows, frauds} of steps) {
    sum += (frauds - before) * (frauds / rows)
    before = frauds
  }
  return sum / before
}

/** Points (recall, precision) by falling score. */
export function precisionRecallCurve(steps: readonly RankStep[]): [number, number][] {
  const all = steps.at(-1)?.frauds ?? 0
  return steps.map(({rows, frauds}) => [frauds / all, frauds / rows])
}
