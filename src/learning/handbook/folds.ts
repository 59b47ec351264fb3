import type {HandbookDataSet} from '../../simulation/handbook/data-set.js'
import {DAY_S} from '../../simulation/handbook/spending.js'

/** Transactions by id: those to learn from, then those to be judged by. */
export interface Fold {
  readonly train: Int32Array
  readonly test: Int32Array
}

/** Days since 2018-04-01 on which training begins: 2018-07-25, 08-01, 08-08, 08-15. */
export const TEST_FOLDS: readonly number[] = [115, 122, 129, 136]

/** 2018-06-20, 06-27, 07-04, 07-11: what is chosen is chosen here. No test week is seen. */
export const VALIDATION_FOLDS: readonly number[] = [80, 87, 94, 101]

const TRAIN_DAYS = 7
/** So long after a fraud it becomes known. */
const DELAY_DAYS = 7
const TEST_DAYS = 7

/** The days that a fold reaches to, from its first. */
export const FOLD_DAYS = TRAIN_DAYS + DELAY_DAYS + TEST_DAYS

/**
 * The handbook's protocol (chapter 5): a week to learn from, a week in which labels are awaited, a week of tests from
 * which customers are left out whose card was known to be stolen: by a fraud in the training week or, for a test day,
 * on one of the days from then to a week before it.
 */
export function foldFrom(data: HandbookDataSet, firstDay: number): Fold {
  const compromised = new Set<number>()
  const train = idsOfDays(data, firstDay, firstDay + TRAIN_DAYS)
  for (const id of train) markFraud(data, id, compromised)
  const test: number[] = []
  for (let day = 0; day < TEST_DAYS; day++) {
    const known = firstDay + TRAIN_DAYS + day - 1
    for (const id of idsOfDays(data, known, known + 1)) markFraud(data, id, compromised)
    const judged = firstDay + TRAIN_DAYS + DELAY_DAYS + day
    for (const id of idsOfDays(data, judged, judged + 1))
      if (!compromised.has(data.customer[id] as number)) test.push(id)
  }
  return {train, test: Int32Array.from(test)}
}

/** The first transaction of a day or later; the size of the data set if there is none. */
export function firstOfDay({time_s, size}: HandbookDataSet, day: number): number {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((time_s[middle] as number) < day * DAY_S) low = middle + 1
    else high = middle
  }
  return low
}

function idsOfDays(data: HandbookDataSet, from: number, to: number): Int32Array {
  const first = firstOfDay(data, from)
  return Int32Array.from({length: firstOfDay(data, to) - first}, (_, at) => first + at)
}

function markFraud({scenario, customer}: HandbookDataSet, id: number, marked: Set<number>): void {
  if (scenario[id] !== 0) marked.add(customer[id] as number)
}
