import {describe, expect, it} from 'vitest'
import {customers} from '../../../../src/simulation/handbook/customer.js'
import {spend} from '../../../../src/simulation/handbook/spending.js'
import {terminals, terminalsNear} from '../../../../src/simulation/handbook/terminals.js'
import {TransactionCollector} from '../../../../src/simulation/handbook/transaction-table.js'

const places = terminals(10_000)

it('makes the customers of the handbook', () => {
  const [first, , , fourth] = customers(4)
  expect(first?.id).toBe(0)
  expect(first?.x).toBeCloseTo(54.88135039, 8)
  expect(first?.y).toBeCloseTo(71.51893664, 8)
  expect(first?.meanAmount).toBeCloseTo(62.26252073, 8)
  expect(first?.transactionsPerDay).toBeCloseTo(2.17953273, 8)
  expect(fourth?.meanAmount).toBeCloseTo(11.748426, 6)
})

it('lets a customer pay at terminals nearer than 5, by ascending id', () => {
  for (const customer of customers(20)) {
    const near = terminalsNear(customer, places)
    const distance = (id: number) =>
      Math.hypot(customer.x - (places.x[id] as number), customer.y - (places.y[id] as number))
    expect([...near]).toEqual([...near].sort((a, b) => a - b))
    expect(near.every((id) => distance(id) < 5)).toBe(true)
    const outside = [...places.x.keys()].filter((id) => !near.includes(id))
    expect(outside.every((id) => distance(id) >= 5)).toBe(true)
  }
})

describe('spend', () => {
  const [customer] = customers(1)
  if (customer === undefined) throw new Error('there is a first customer')
  const spent = (nearby: Int32Array, days: number) => {
    const collector = new TransactionCollector()
    spend(customer, nearby, days, collector)
    return collector.inOrderOfTime()
  }

  it('makes the payments of the first customer', () => {
    const {size, time_s, customer: by, terminal, amount} = spent(terminalsNear(customer, places), 2)
    expect([...time_s.slice(0, 6)]).toEqual([26345, 64816, 68522, 118266, 137138, 141182])
    expect([...terminal.slice(0, 6)]).toEqual([6076, 858, 6698, 6569, 7707, 3096])
    expect([...amount.slice(0, 6)]).toEqual([123.59, 77.34, 46.51, 54.72, 63.3, 32.35])
    expect([...by]).toEqual(new Array(size).fill(0))
  })

  it('pays nowhere if no terminal is near', () => {
    expect(spent(new Int32Array(0), 30).size).toBe(0)
  })
})
