import {describe, expect, it} from 'vitest'
import {decide, type PolicyHit} from '../../../../src/core/decision/policy.js'

const approve = (score: number): PolicyHit => ({action: 'approve', score})
const review = (score: number): PolicyHit => ({action: 'review', score})
const decline = (score: number): PolicyHit => ({action: 'decline', score})

describe('a decision', () => {
  it.each<[string, PolicyHit[], string]>([
    ['nothing', [], 'approve'],
    ['an approve rule', [approve(1)], 'approve'],
    ['a review rule', [review(1)], 'review'],
    ['a decline rule', [decline(1)], 'decline'],
    ['decline before review, whatever the scores', [review(100), decline(1)], 'decline'],
    ['approve before review, whatever the scores', [approve(1), review(100)], 'approve'],
    ['approve before a decline with a lower score', [approve(50), decline(49)], 'approve'],
    ['approve before a decline with the same score', [approve(50), decline(50)], 'approve'],
    ['decline before an approve with a lower score', [approve(50), decline(51)], 'decline'],
    ['the highest of several', [approve(20), approve(60), decline(50), decline(30)], 'approve'],
    ['the highest decline of several', [decline(10), decline(61), approve(60), review(99)], 'decline'],
  ])('follows from %s', (_, hits, expected) => {
    expect(decide(hits)).toBe(expected)
    expect(decide([...hits].reverse())).toBe(expected)
  })
})
