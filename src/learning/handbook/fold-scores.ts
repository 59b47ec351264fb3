import type {HandbookDataSet} from '../../simulation/handbook/data-set.js'
import {DAY_S} from '../../simulation/handbook/spending.js'
import {averagePrecision} from '../metrics/average-precision.js'
import {cardPrecision} from '../metrics/card-precision.js'
import {ranking} from '../metrics/ranking.js'
import {rocAuc} from '../metrics/roc-auc.js'

/** As the handbook's tables give them. */
export interface FoldScores {
  readonly auc_roc: number
  readonly average_precision: number
  /** Card precision among the 100 most suspicious of each day. */
  readonly cp100: number
}

const CARDS_PER_DAY = 100

/** How well scores tell the frauds among these transactions. */
export function foldScores(
  data: HandbookDataSet,
  ids: Int32Array,
  scores: Float32Array,
  labels: Float32Array,
): FoldScores {
  const steps = ranking(scores, labels)
  const days = Int32Array.from(ids, (id) => Math.floor((data.time_s[id] as number) / DAY_S))
  const customers = Int32Array.from(ids, (id) => data.customer[id] as number)
  return {
    auc_roc: rocAuc(steps),
    average_precision: averagePrecision(steps),
    cp100: cardPrecision({scores, labels, days, customers}, CARDS_PER_DAY),
  }
}

export function meanScores(folds: readonly FoldScores[]): FoldScores {
  const mean = (of: (scores: FoldScores) => number) =>
    folds.reduce((sum, scores) => sum + of(scores), 0) / folds.length
  return {
    auc_roc: mean(({auc_roc}) => auc_roc),
    average_precision: mean(({average_precision}) => average_precision),
    cp100: mean(({cp100}) => cp100),
  }
}
