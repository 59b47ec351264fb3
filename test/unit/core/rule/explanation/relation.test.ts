import fc from 'fast-check'
import {expect, it} from 'vitest'
import {
  limitFor,
  nearestStanding,
  nextAbove,
  nextBelow,
  OPPOSITE,
  stands,
} from '../../../../../src/core/rule/explanation/condition/relation.js'

const numbers = fc.oneof(
  fc.double({noNaN: true, noDefaultInfinity: true}),
  fc.constantFrom(0, -0, 1, -1, 500, Number.MIN_VALUE),
)
const operators = fc.constantFrom('<', '<=', '>', '>=', '==', '!=')

it('nothing lies between a number and the next above or below', () => {
  expect(nextAbove(1)).toBe(1 + Number.EPSILON)
  expect(nextBelow(0)).toBe(-Number.MIN_VALUE)
  const between = numbers.filter((value) => Math.abs(value) < Number.MAX_VALUE)
  fc.assert(
    fc.property(between, (value) => {
      expect(nextAbove(value)).toBeGreaterThan(value)
      expect(nextBelow(value)).toBeLessThan(value)
      expect(nextBelow(nextAbove(value)) === value).toBe(true)
    }),
  )
})

it('the nearest numbers that stand to a border as they should do, and no limit promises more', () => {
  fc.assert(
    fc.property(numbers, operators, (border, relation) => {
      for (const value of nearestStanding(relation, border))
        expect(stands(value, relation, border)).toBe(true)
      const limit = limitFor(relation, border)
      if (limit !== undefined) expect(stands(border, relation, limit)).toBe(true)
      expect(stands(border, OPPOSITE[relation], border)).toBe(!stands(border, relation, border))
    }),
  )
})
