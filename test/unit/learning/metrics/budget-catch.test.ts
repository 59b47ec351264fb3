import {expect, test} from 'vitest'
import {type BudgetRow, budgetCatch} from '../../../../src/learning/metrics/budget-catch.js'

const row = (day: number, score: number, fraudId?: string): BudgetRow => ({day, score, fraudId})

test('a fraud is caught by one of its transactions among the highest scores of a day', () => {
  const rows = [
    row(1, 0.9),
    row(1, 0.8, 'f1'),
    row(1, 0.7, 'f2'),
    row(2, 0.2, 'f2'),
    row(2, 0.1),
    row(3, 0.9),
    row(3, 0.8),
    row(3, 0.7, 'f3'),
  ]
  expect(budgetCatch(rows, 1)).toBeCloseTo(1 / 3) // f2, on day 2
  expect(budgetCatch(rows, 2)).toBeCloseTo(2 / 3)
  expect(budgetCatch(rows, 3)).toBe(1)
})

test('of equal scores the earlier row is looked at first', () => {
  expect(budgetCatch([row(1, 0.5, 'f1'), row(1, 0.5, 'f2')], 1)).toBe(0.5)
})

test('without frauds there is nothing to catch', () => {
  expect(budgetCatch([row(1, 0.5)], 1)).toBeNaN()
})
