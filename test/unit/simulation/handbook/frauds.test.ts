import {expect, it} from 'vitest'
import {commitFrauds} from '../../../../src/simulation/handbook/frauds.js'
import {TransactionCollector} from '../../../../src/simulation/handbook/transaction-table.js'

const CUSTOMERS = 5000
const TERMINALS = 10_000
/** Compromised on day 0 and on no other: in the samples that pandas draws with that seed. */
const TERMINAL = 898
const CUSTOMER = 398
/** Never compromised. */
const ELSEWHERE = 1
const SOMEBODY = 2

/** A payment at noon. */
interface Payment {
  readonly day: number
  readonly customer?: number
  readonly terminal?: number
  readonly amount?: number
}

function committed(payments: readonly Payment[]) {
  const collector = new TransactionCollector()
  for (const {day, customer = SOMEBODY, terminal = ELSEWHERE, amount = 10} of payments) {
    collector.add(day * 86_400 + 43_200, customer, terminal, amount)
  }
  const table = collector.inOrderOfTime()
  const {scenario, since} = commitFrauds(table, CUSTOMERS, TERMINALS)
  return {scenario: [...scenario], since: [...since], amount: [...table.amount]}
}

it('labels amounts over 220, on any day', () => {
  const {scenario} = committed([
    {day: 0, amount: 220},
    {day: 0, amount: 220.01},
    {day: 1, amount: 500},
  ])
  expect(scenario).toEqual([0, 1, 1])
})

it('labels all payments at a compromised terminal for 28 days, large or not', () => {
  const {scenario, since} = committed([
    {day: 0, terminal: TERMINAL},
    {day: 3, terminal: TERMINAL, amount: 300},
    {day: 27, terminal: TERMINAL},
    {day: 28, terminal: TERMINAL},
    {day: 40},
  ])
  expect(scenario).toEqual([2, 2, 2, 0, 0])
  expect(since).toEqual([0, 0, 0, 0, 0])
})

it('multiplies a third of the payments of a compromised customer by 5, within 14 days, whatever they were', () => {
  const days = [0, 1, 2, 5, 9, 12, 13, 14, 15, 16]
  const {scenario, amount} = committed([
    ...days.map((day) => ({day, customer: CUSTOMER, terminal: TERMINAL})),
    {day: 17},
  ])
  // Of the seven payments of days 0 to 13, two.
  expect(amount.filter((value) => value === 50)).toHaveLength(2)
  expect(scenario.filter((value) => value === 3)).toHaveLength(2)
  expect(scenario.map((value) => value === 3)).toEqual(amount.map((value) => value === 50))
  expect(scenario.slice(7, 10)).toEqual([2, 2, 2])
})

it('compromises nothing on the last day, and nothing where nothing happens', () => {
  expect(committed([{day: 0, terminal: TERMINAL}]).scenario).toEqual([0])
  expect(committed([]).scenario).toEqual([])
})

it('counts days on which nobody pays', () => {
  expect(committed([{day: 20, terminal: TERMINAL}, {day: 25}]).since).toEqual([0, 0])
  expect(committed([{day: 20, terminal: TERMINAL}, {day: 25}]).scenario).toEqual([2, 0])
})
