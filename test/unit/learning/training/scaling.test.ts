import {describe, expect, test} from 'vitest'
import {scaleRows, scalingOf} from '../../../../src/core/model/scaling.js'

describe('scaling', () => {
  test('gives the rows that it comes from mean 0 and standard deviation 1', () => {
    const rows = Float32Array.of(1, 100, 3, 300)
    const scaling = scalingOf(rows, 2)
    expect(scaling).toEqual({center: [2, 200], spread: [1, 100]})
    expect([...scaleRows(rows, scaling)]).toEqual([-1, -1, 1, 1])
  })

  test('takes no notice of values that are missing or infinite', () => {
    expect(scalingOf(Float32Array.of(1, Number.NaN, 3, Number.POSITIVE_INFINITY), 1)).toEqual({
      center: [2],
      spread: [1],
    })
  })

  test('lets a feature that never changed, or was never there, say nothing later either', () => {
    const scaling = scalingOf(Float32Array.of(7, Number.NaN, 7, Number.NaN), 2)
    expect(scaling).toEqual({center: [7, 0], spread: [0, 0]})
    expect([...scaleRows(Float32Array.of(9, 5), scaling)]).toEqual([0, 0])
  })

  test('lets no value lie further off than a hundred standard deviations', () => {
    const scaling = {center: [0], spread: [1]}
    expect([...scaleRows(Float32Array.of(1e30, Number.NEGATIVE_INFINITY), scaling)]).toEqual([100, -100])
  })
})
