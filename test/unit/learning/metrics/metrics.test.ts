import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {averagePrecision, precisionRecallCurve} from '../../../../src/learning/metrics/average-precision.js'
import {calibrationError, reliability} from '../../../../src/learning/metrics/calibration-error.js'
import {cardPrecision} from '../../../../src/learning/metrics/card-precision.js'
import {ranking} from '../../../../src/learning/metrics/ranking.js'
import {rocAuc, rocCurve} from '../../../../src/learning/metrics/roc-auc.js'

const steps = (scores: number[], labels: number[]) => ranking(scores, labels)

describe('area under the ROC curve', () => {
  test('is the share of pairs of a fraud and a legitimate row that are ordered rightly', () => {
    expect(rocAuc(steps([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]))).toBe(0.75)
  })

  test('is 1 for a perfect order, 0 for the reverse, one half where nothing is told apart', () => {
    expect(rocAuc(steps([1, 2, 3], [0, 0, 1]))).toBe(1)
    expect(rocAuc(steps([3, 2, 1], [0, 0, 1]))).toBe(0)
    expect(rocAuc(steps([5, 5, 5, 5], [0, 1, 0, 0]))).toBe(0.5)
  })

  test('counts a pair of equal scores as half, in every arrangement', () => {
    const rows = fc.array(fc.tuple(fc.integer({min: 0, max: 5}), fc.constantFrom(0, 1)), {
      minLength: 2,
      maxLength: 30,
    })
    fc.assert(
      fc.property(rows, (pairs) => {
        const frauds = pairs.filter(([, label]) => label === 1)
        const others = pairs.filter(([, label]) => label === 0)
        fc.pre(frauds.length > 0 && others.length > 0)
        let right = 0
        for (const [a] of frauds) for (const [b] of others) right += a > b ? 1 : a === b ? 0.5 : 0
        const scores = pairs.map(([score]) => score)
        const labels = pairs.map(([, label]) => label)
        expect(rocAuc(steps(scores, labels))).toBeCloseTo(right / (frauds.length * others.length), 12)
      }),
    )
  })

  test('the curve goes from nothing flagged to everything flagged', () => {
    expect(rocCurve(steps([3, 2, 2, 1], [1, 1, 0, 0]))).toEqual([
      [0, 0],
      [0, 0.5],
      [0.5, 1],
      [1, 1],
    ])
  })
})

describe('average precision', () => {
  test('is the precision at each fraud found, weighted by the gain in recall', () => {
    expect(averagePrecision(steps([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]))).toBeCloseTo(0.8333333, 6)
  })

  test('takes rows of equal score together: their order must not matter', () => {
    const precision = 0.5 * (1 / 1) + 0.5 * (2 / 4)
    expect(averagePrecision(steps([9, 5, 5, 5], [1, 0, 1, 0]))).toBeCloseTo(precision, 12)
    expect(averagePrecision(steps([9, 5, 5, 5], [1, 0, 0, 1]))).toBeCloseTo(precision, 12)
  })

  test('is the rate of frauds where nothing is told apart', () => {
    expect(averagePrecision(steps([1, 1, 1, 1], [0, 1, 0, 0]))).toBe(0.25)
  })

  test('the curve gives precision by recall', () => {
    expect(precisionRecallCurve(steps([3, 2, 1], [1, 0, 1]))).toEqual([
      [0.5, 1],
      [0.5, 0.5],
      [1, 2 / 3],
    ])
  })
})

describe('card precision', () => {
  const rows = (...list: [day: number, customer: number, score: number, label: number][]) => ({
    days: list.map(([day]) => day),
    customers: list.map(([, customer]) => customer),
    scores: list.map(([, , score]) => score),
    labels: list.map(([, , , label]) => label),
  })

  test('a customer counts once a day, with the highest score, as fraud if any transaction is', () => {
    // Customer 1 is found by a legitimate transaction of a day that holds a fraud, too.
    expect(cardPrecision(rows([0, 1, 0.9, 0], [0, 1, 0.1, 1], [0, 2, 0.5, 0], [0, 3, 0.2, 1]), 2)).toBe(0.5)
  })

  test('a card that was found is left out on later days, one that was missed is not', () => {
    const day0 = [
      [0, 1, 0.9, 1],
      [0, 2, 0.1, 1],
    ] as [number, number, number, number][]
    const day1 = [
      [1, 1, 0.9, 1],
      [1, 2, 0.1, 1],
    ] as [number, number, number, number][]
    // Each day one card is looked at: the first finds 1, the second, without it, finds 2.
    expect(cardPrecision(rows(...day0, ...day1), 1)).toBe(1)
  })

  test('where there are fewer cards than are looked at, the rest counts as missed', () => {
    expect(cardPrecision(rows([0, 1, 0.9, 1]), 4)).toBe(0.25)
  })
})

describe('calibration error', () => {
  test('is 0 where the rate of frauds is what the scores say', () => {
    const scores = [0.25, 0.25, 0.25, 0.25]
    expect(calibrationError(reliability(scores, [1, 0, 0, 0]))).toBe(0)
  })

  test('weighs each tenth of the scale by its rows', () => {
    const bins = reliability([0.05, 0.05, 0.05, 0.95], [0, 0, 0, 0])
    expect(bins.map(({rows}) => rows)).toEqual([3, 1])
    expect(calibrationError(bins)).toBeCloseTo((3 * 0.05 + 0.95) / 4, 12)
  })

  test('a score of 1 belongs to the last tenth', () => {
    expect(reliability([1], [1])).toEqual([{rows: 1, meanScore: 1, fraudRate: 1}])
  })
})
