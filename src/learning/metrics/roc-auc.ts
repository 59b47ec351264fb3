import type {RankStep} from './ranking.js'

/**
 * The area under the ROC curve: the probability that a fraud scores higher than a legitimate row, equal scores
 * counting half. NaN unless there are both.
 */
export function rocAuc(steps: readonly RankStep[]): number {
  const {frauds: allFrauds, legitimate: allLegitimate} = totals(steps)
  let area = 0
  let before = {frauds: 0, legitimate: 0}
  for (const {rows, frauds} of steps) {
    const here = {frauds, legitimate: rows - frauds}
    area += ((here.legitimate - before.legitimate) * (here.frauds + before.frauds)) / 2
    before = here
  }
  return area / (allFrauds * allLegitimate)
}

/** The ROC curve as points (false positive rate, true positive rate), from (0, 0) to (1, 1). */
export function rocCurve(steps: readonly RankStep[]): [number, number][] {
  const {frauds: allFrauds, legitimate: allLegitimate} = totals(steps)
  const points = steps.map(({rows, frauds}): [number, number] => [
    (rows - frauds) / allLegitimate,
    frauds / allFrauds,
  ])
  return [[0, 0], ...points]
}

function totals(steps: readonly RankStep[]) {
  const {rows, frauds} = steps.at(-1) ?? {rows: 0, frauds: 0}
  return {frauds, legitimate: rows - frauds}
}
