import {type RankStep, ranking} from '../metrics/ranking.js'

/** By what the score is chosen from which a transaction is to be reviewed. */
export type ThresholdRule =
  /** As many alerts per day as people can review. */
  | {readonly by: 'budget'; readonly alertsPerDay: number}
  /** What costs least: so much for each false alert and each missed fraud, in one unit. */
  | {readonly by: 'cost'; readonly falseAlert: number; readonly missedFraud: number}

export interface Threshold {
  readonly score: number
  /** The rule in words. */
  readonly chosenBy: string
}

/**
 * The lowest score within the budget, or the one of least cost, on rows that stand for so many days. 1 where not even
 * the highest score fits the budget.
 */
export function chooseThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  days: number,
  rule: ThresholdRule,
): Threshold {
  const steps = ranking(scores, labels)
  if (rule.by === 'budget') {
    const fitting = steps.filter(({rows}) => rows <= rule.alertsPerDay * days)
    return {score: fitting.at(-1)?.score ?? 1, chosenBy: `at most ${rule.alertsPerDay} alerts per day`}
  }
  const {falseAlert, missedFraud} = rule
  const all = steps.at(-1)?.frauds ?? 0
  const cost = ({rows, frauds}: RankStep) => falseAlert * (rows - frauds) + missedFraud * (all - frauds)
  let best: RankStep | undefined
  for (const step of steps)
    if (cost(step) < (best === undefined ? missedFraud * all : cost(best))) best = step
  return {
    score: best?.score ?? 1,
    chosenBy: `least cost at ${falseAlert} per false alert and ${missedFraud} per missed fraud`,
  }
}
