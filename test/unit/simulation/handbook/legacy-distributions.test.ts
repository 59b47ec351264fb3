import {expect, it} from 'vitest'
import {LegacyNormal} from '../../../../src/simulation/handbook/legacy-normal.js'
import {legacyPermutation} from '../../../../src/simulation/handbook/legacy-permutation.js'
import {legacyPoisson} from '../../../../src/simulation/handbook/legacy-poisson.js'
import {legacyUniform} from '../../../../src/simulation/handbook/legacy-uniform.js'
import {MersenneTwister} from '../../../../src/simulation/handbook/mersenne-twister.js'
import {pandasSample} from '../../../../src/simulation/handbook/pandas-sample.js'

/* Expected values are those of numpy.random.RandomState and pandas. */

const draws = <T>(count: number, draw: () => T): T[] => Array.from({length: count}, draw)

it('draws times as NumPy does', () => {
  const normal = new LegacyNormal(MersenneTwister.ofSeed(1))
  expect(draws(5, () => normal.next(43_200, 20_000))).toEqual([
    75686.90727326483, 30964.87172699849, 32636.564954730886, 21740.62755687659, 60508.15258649357,
  ])
})

it('keeps the second normal value while uniform ones are drawn', () => {
  const twister = MersenneTwister.ofSeed(1)
  const normal = new LegacyNormal(twister)
  expect(normal.next(0, 1)).toBe(1.6243453636632417)
  expect(legacyUniform(twister, 5, 100)).toBe(5.010865607647764)
  expect(normal.next(0, 1)).toBe(-0.6117564136500754)
  expect(normal.next(0, 1)).toBe(-0.8021728386486427)
})

it.each([
  [2.18, [4, 1, 3, 3, 1, 2, 1, 1, 2, 2, 1, 0, 4, 2, 1, 3, 2, 6, 1, 2]],
  [0.35, [0, 1, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
])('counts transactions with mean %f as NumPy does', (mean, counts) => {
  const twister = MersenneTwister.ofSeed(42)
  expect(draws(20, () => legacyPoisson(twister, mean))).toEqual(counts)
})

it('draws nothing for a mean of 0', () => {
  const twister = MersenneTwister.ofSeed(42)
  expect(legacyPoisson(twister, 0)).toBe(0)
  expect(twister.nextDouble()).toBe(0.3745401188473625)
})

it('shuffles as NumPy does', () => {
  const permutation = legacyPermutation(MersenneTwister.ofSeed(7), 20)
  expect([...permutation]).toEqual([1, 17, 2, 5, 11, 0, 18, 6, 13, 19, 10, 14, 8, 16, 9, 12, 7, 3, 4, 15])
})

it('samples rows as pandas does', () => {
  expect([...pandasSample(10_000, 2, 0)]).toEqual([9394, 898])
  expect([...pandasSample(5000, 3, 181)]).toEqual([4314, 3945, 4038])
})
