import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {BinTally, distributionOf, distributionsOf} from '../../../../src/core/model/distribution.js'
import {driftState, LEAST_DRIFT_ROWS, stabilityIndex} from '../../../../src/core/model/drift.js'
import {DriftTally} from '../../../../src/core/model/drift-tally.js'
import {DriftWatch, type TrainedOn} from '../../../../src/core/model/drift-watch.js'

const upTo = (count: number, of = (at: number) => at) => Float32Array.from({length: count}, (_, at) => of(at))

describe('a distribution', () => {
  test('has the deciles as edges, which belong to the bin below, and equal shares', () => {
    const {edges, shares, missing} = distributionOf(upTo(100, (at) => at + 1))
    expect(edges).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90])
    expect(shares).toEqual(new Array(10).fill(0.1))
    expect(missing).toBe(0)
  })

  test('of a feature that is nearly always the same has few bins', () => {
    const rows = upTo(100, (at) => (at < 95 ? 0 : at))
    expect(distributionOf(rows)).toEqual({edges: [0], shares: [0.95, 0.05], missing: 0})
  })

  test('counts what is not finite as missing', () => {
    const rows = Float32Array.of(1, Number.NaN, 2, Number.POSITIVE_INFINITY)
    const {shares, missing} = distributionOf(rows)
    expect(missing).toBe(0.5)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(0.5)
  })

  test('of a feature that no row has is all missing', () => {
    expect(distributionOf(upTo(4, () => Number.NaN))).toEqual({edges: [], shares: [0], missing: 1})
  })

  test('is told for each column of rows', () => {
    const [first, second] = distributionsOf(Float32Array.of(1, 7, 1, 8, 1, 9), 2)
    expect(first?.edges).toEqual([1])
    expect(second?.edges).toEqual([7, 8, 9])
  })

  test('gives the same shares to the same values, though they were 32 bits in training and are 64 when served', () => {
    fc.assert(
      fc.property(fc.array(fc.double({noNaN: true, min: -1e6, max: 1e6}), {minLength: 1}), (values) => {
        const {edges, shares, missing} = distributionOf(Float32Array.from(values))
        const tally = new BinTally(edges)
        for (const value of values) tally.add(value)
        expect(tally.shares()).toEqual({shares, missing})
      }),
    )
  })
})

describe('the population stability index', () => {
  test('is 0 of the same, and as its definition says of others', () => {
    const expected = {shares: [0.5, 0.5], missing: 0}
    expect(stabilityIndex(expected, expected)).toBe(0)
    const index = stabilityIndex(expected, {shares: [0.8, 0.2], missing: 0})
    expect(index).toBeCloseTo(0.3 * Math.log(0.8 / 0.5) - 0.3 * Math.log(0.2 / 0.5), 12)
  })

  test('grows where values begin to be missing, and is finite where a bin is empty', () => {
    const expected = {shares: [1], missing: 0}
    const index = stabilityIndex(expected, {shares: [0.5], missing: 0.5})
    expect(index).toBeGreaterThan(0.25)
    expect(index).toBeLessThan(10)
  })

  test('is never negative', () => {
    const shares = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 4, maxLength: 4})
    fc.assert(
      fc.property(shares, shares, (a, b) => {
        const of = ([missing = 0, ...rest]: readonly number[]) => ({missing, shares: rest})
        expect(stabilityIndex(of(a), of(b))).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test.each([
    [0.09, 'steady'],
    [0.1, 'warn'],
    [0.2499, 'warn'],
    [0.25, 'alarm'],
  ])('%d is %s', (index, state) => {
    expect(driftState(index)).toBe(state)
  })
})

const NAMES = ['card.count', 'card.amount']
const TRAINING = upTo(4000, (at) => (at % 2 === 0 ? at % 10 : at % 100))
const DISTRIBUTION = {
  features: distributionsOf(TRAINING, 2),
  score: distributionOf(upTo(100, (at) => at / 100)),
}
const trained = (version: number): TrainedOn => ({
  version,
  features: {hash: 'h', names: NAMES},
  distribution: DISTRIBUTION,
})

test('a tally tells how far each feature, and the scores, lie from training', () => {
  const tally = new DriftTally(NAMES, DISTRIBUTION)
  for (let at = 0; at < TRAINING.length; at += 2)
    tally.addRow([TRAINING[at] as number, 3 * (TRAINING[at + 1] as number)])
  for (let at = 0; at < 100; at++) tally.addScore(0.9)
  const {rows, features, scores, score} = tally.reading()
  expect([rows, scores]).toEqual([2000, 100])
  expect(features.map(({name, psi}) => [name, driftState(psi)])).toEqual([
    ['card.count', 'steady'],
    ['card.amount', 'alarm'],
  ])
  expect(driftState(score ?? 0)).toBe('alarm')
})

describe('the watch over a running service', () => {
  const feed = (watch: DriftWatch, rows: number, values: readonly number[], version = 1) => {
    for (let at = 0; at < rows; at++) watch.tally(trained(version))?.addRow(values)
  }

  test('says nothing while there are too few rows to tell drift from chance', () => {
    const watch = new DriftWatch()
    feed(watch, LEAST_DRIFT_ROWS - 1, [1, 1])
    expect(watch.reading()).toBeUndefined()
    feed(watch, 1, [1, 1])
    expect(watch.reading()?.rows).toBe(LEAST_DRIFT_ROWS)
  })

  test('begins anew with another version', () => {
    const watch = new DriftWatch()
    feed(watch, 600, [1, 1])
    feed(watch, 10, [1, 1], 2)
    expect(watch.reading()).toBeUndefined()
  })

  test('forgets rows of long ago', () => {
    const watch = new DriftWatch()
    feed(watch, 10_000, [99, 99])
    feed(watch, 10_000, [4, 51])
    expect(watch.reading()?.rows).toBe(20_000)
    feed(watch, 10_000, [4, 51])
    const [count] = watch.reading()?.features ?? []
    const only = new DriftTally(NAMES, DISTRIBUTION)
    only.addRow([4, 51])
    expect(count?.psi).toBeCloseTo(only.reading().features[0]?.psi ?? Number.NaN, 9)
  })

  test('has nothing to hold rows against where the version does not say how they lay, or there is none', () => {
    const watch = new DriftWatch()
    expect(watch.tally({...trained(1), distribution: undefined})).toBeUndefined()
    expect(watch.tally(undefined)).toBeUndefined()
    expect(watch.reading()).toBeUndefined()
  })
})
