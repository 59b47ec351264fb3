import {describe, expect, test} from 'vitest'
import {calibrated, UNCALIBRATED} from '../../../../src/core/model/calibration.js'
import {chooseThreshold} from '../../../../src/learning/training/choose-threshold.js'
import {fitCalibration} from '../../../../src/learning/training/fit-calibration.js'
import {SeededRandom} from '../../../../src/simulation/seeded-random.js'

describe('calibration', () => {
  test('finds the slope and intercept by which the labels came about', () => {
    const random = new SeededRandom(1, 'calibration')
    const logits = Float32Array.from({length: 20_000}, () => 3 * random.normal())
    const labels = logits.map((logit) => (random.chance(1 / (1 + Math.exp(-(0.5 * logit - 1)))) ? 1 : 0))
    const {slope, intercept} = fitCalibration(logits, labels)
    expect(slope).toBeCloseTo(0.5, 1)
    expect(intercept).toBeCloseTo(-1, 1)
  })

  test('keeps the order of scores', () => {
    const scores = calibrated(Float32Array.of(-3, 0, 0.1, 5), {slope: 0.3, intercept: -2})
    expect([...scores].sort((a, b) => a - b)).toEqual([...scores])
  })

  test('stays certain of nothing where the labels separate perfectly', () => {
    const {slope, intercept} = fitCalibration([-2, -1, 1, 2], [0, 0, 1, 1])
    expect(Number.isFinite(slope + intercept)).toBe(true)
    const [low, , , high] = calibrated(Float32Array.of(-2, -1, 1, 2), {slope, intercept})
    expect(low).toBeGreaterThan(0)
    expect(high).toBeLessThan(1)
  })

  test.each([
    ['no frauds', [1, 2, 3], [0, 0, 0]],
    ['nothing but frauds', [1, 2, 3], [1, 1, 1]],
    ['frauds that score lower', [3, 3, 3, -3, -3, -3], [0, 0, 0, 1, 1, 1]],
  ])('there is nothing to learn from %s', (_name, logits, labels) => {
    expect(fitCalibration(logits, labels)).toEqual(UNCALIBRATED)
  })
})

describe('the threshold', () => {
  const scores = [0.9, 0.8, 0.8, 0.4, 0.1]
  const labels = [1, 0, 1, 0, 0]

  test('by a budget is the lowest score that gives no more alerts than people can review', () => {
    expect(chooseThreshold(scores, labels, 1, {by: 'budget', alertsPerDay: 3})).toEqual({
      score: 0.8,
      chosenBy: 'at most 3 alerts per day',
    })
    // Two rows share the score 0.8: with both, two alerts would be three.
    expect(chooseThreshold(scores, labels, 1, {by: 'budget', alertsPerDay: 2}).score).toBe(0.9)
    expect(chooseThreshold(scores, labels, 2, {by: 'budget', alertsPerDay: 2}).score).toBe(0.4)
  })

  test('flags nothing where not even the highest score is affordable', () => {
    expect(chooseThreshold([0.5, 0.5], [1, 0], 1, {by: 'budget', alertsPerDay: 1}).score).toBe(1)
    expect(chooseThreshold(scores, labels, 1, {by: 'cost', falseAlert: 1000, missedFraud: 1}).score).toBe(0.9)
    expect(chooseThreshold([0.9], [0], 1, {by: 'cost', falseAlert: 1, missedFraud: 1}).score).toBe(1)
  })

  test('by cost is the score where false alerts and missed frauds cost least together', () => {
    expect(chooseThreshold(scores, labels, 1, {by: 'cost', falseAlert: 1, missedFraud: 10}).score).toBe(0.8)
    expect(chooseThreshold(scores, labels, 1, {by: 'cost', falseAlert: 10, missedFraud: 1}).score).toBe(0.9)
  })
})
