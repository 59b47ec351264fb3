import {describe, expect, test} from 'vitest'
import {isInControlSample, treatedInstead} from '../../../../src/core/decision/control-sample.js'

const idsIn = (share: number, seed: number, count = 40_000) =>
  Array.from({length: count}, (_, at) => `t${at}`).filter((id) => isInControlSample(id, {share, seed}))

describe('the control sample', () => {
  test.each([0.005, 0.05, 0.5])('holds about its share of all transactions: %d', (share) => {
    const found = idsIn(share, 1).length / 40_000
    // Four standard deviations.
    expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 40_000))
  })

  test('is the same for the same seed, and another for another', () => {
    expect(idsIn(0.01, 7)).toEqual(idsIn(0.01, 7))
    const former = new Set(idsIn(0.1, 7))
    const shared = idsIn(0.1, 8).filter((id) => former.has(id)).length
    // One in ten of one in ten.
    expect(shared).toBeGreaterThan(250)
    expect(shared).toBeLessThan(550)
  })

  test('grows with its share: who was in it stays', () => {
    const larger = new Set(idsIn(0.02, 1))
    expect(idsIn(0.01, 1).every((id) => larger.has(id))).toBe(true)
  })

  test('holds nothing or everything at the ends', () => {
    expect(idsIn(0, 1, 1000)).toEqual([])
    expect(idsIn(1, 1, 1000)).toHaveLength(1000)
  })

  test('lets through what would be declined, and reviews what would pass', () => {
    expect((['decline', 'approve', 'review'] as const).map(treatedInstead)).toEqual([
      'approve',
      'review',
      'review',
    ])
  })
})
