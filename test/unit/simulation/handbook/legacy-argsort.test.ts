import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import {legacyArgsort} from '../../../../src/simulation/handbook/legacy-argsort.js'
import {legacyHeapsort} from '../../../../src/simulation/handbook/legacy-heapsort.js'

/* Expected orders are those of numpy.argsort on datetime64 values, whose ties no stable sort would leave so. */

const hashOf = (order: Int32Array): string =>
  createHash('sha256').update(order.join()).digest('hex').slice(0, 16)
const squares = new Int32Array(20).map((_, i) => (i * i) % 7)
const scattered = new Int32Array(5000).map((_, i) => (i * 7919) % 1009)

function heapsorted(values: Int32Array): Int32Array {
  const order = values.map((_, i) => i)
  legacyHeapsort(values, order)
  return order
}

/** Musser's sequence, which makes every median of three a bad one; each value four times. */
function medianKiller(length: number): Int32Array {
  const half = length / 2
  const values = new Int32Array(length)
  for (let i = 1; i <= half; i++) {
    if (i % 2 === 1) values.set([i, half + i], i - 1)
    values[half + i - 1] = 2 * i
  }
  return values.map((value) => Math.floor(value / 4))
}

describe('legacyArgsort', () => {
  it.each([
    [
      'up to 16 values in their order',
      squares.subarray(0, 16),
      [0, 7, 14, 1, 6, 8, 13, 15, 3, 4, 10, 11, 2, 5, 9, 12],
    ],
    [
      'more than that as its partitions leave them',
      squares,
      [0, 7, 14, 1, 6, 8, 15, 13, 17, 3, 4, 18, 10, 11, 16, 9, 5, 2, 12, 19],
    ],
    ['one value', squares.subarray(0, 1), [0]],
    ['no value', squares.subarray(0, 0), []],
  ])('leaves ties of %s', (_what, values, expected) => {
    expect([...legacyArgsort(values)]).toEqual(expected)
  })

  it('leaves the ties of many values as NumPy does', () => {
    expect(hashOf(legacyArgsort(scattered))).toBe('1269dec01810e561')
  })

  it('turns to heapsort where NumPy does', () => {
    expect(hashOf(legacyArgsort(medianKiller(4000)))).toBe('88a9e63ad16be454')
  })
})

it('legacyHeapsort leaves ties as NumPy does', () => {
  expect([...heapsorted(squares)]).toEqual([
    0, 7, 14, 15, 8, 6, 1, 13, 11, 10, 4, 17, 3, 18, 12, 5, 2, 19, 9, 16,
  ])
  expect(hashOf(heapsorted(scattered))).toBe('df2da9a7610a61d7')
})
