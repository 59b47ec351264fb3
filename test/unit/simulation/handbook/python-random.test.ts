import {expect, it} from 'vitest'
import {PythonRandom} from '../../../../src/simulation/handbook/python-random.js'

/* Expected values are those of Python's random module. */

const range = (count: number, from = 0): Int32Array => new Int32Array(count).map((_, i) => from + i)

it('draws below a bound', () => {
  const random = new PythonRandom(0)
  expect([1, 2, 3, 10, 100, 1000, 2 ** 31].map((bound) => random.below(bound))).toEqual([
    0, 1, 0, 4, 65, 497, 1739178872,
  ])
})

it('chooses', () => {
  const random = new PythonRandom(0)
  const terminals = range(78)
  expect(Array.from({length: 8}, () => random.choice(terminals))).toEqual([49, 53, 5, 33, 65, 62, 51, 38])
})

it.each([
  ['a few of few, from a pool', 21, 5, 100, [110, 104, 112, 101, 102]],
  ['a few of more, by a set', 22, 5, 100, [110, 104, 112, 120, 101]],
  ['more of many, from a pool', 85, 7, 0, [41, 19, 50, 6, 9, 68, 12]],
  ['more of more, by a set', 86, 7, 0, [41, 19, 50, 83, 6, 9, 68]],
])('samples %s', (_how, count, size, from, expected) => {
  expect([...new PythonRandom(7).sample(range(count, from), size)]).toEqual(expected)
})

it('samples a third of the payments', () => {
  expect([...new PythonRandom(100_033).sample(range(100), 33)]).toEqual([
    92, 4, 34, 2, 84, 54, 15, 65, 24, 68, 41, 98, 25, 20, 14, 77, 17, 7, 31, 67, 90, 27, 70, 5, 47, 0, 80, 9,
    60, 79, 11, 6, 56,
  ])
})

it('samples nothing of nothing', () => {
  expect(new PythonRandom(0).sample(range(0), 0)).toHaveLength(0)
})
