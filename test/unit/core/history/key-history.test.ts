import {expect, it} from 'vitest'
import type {EventTime} from '../../../../src/core/event/time.js'
import {KeyHistory} from '../../../../src/core/history/key-history.js'
import {fix, transaction} from './stored-events.js'

const LOCATIONS = 1
const TRANSACTIONS = 2

it('a history keeps its streams apart: one id may stand in two of them', () => {
  const history = new KeyHistory()
  const [location, purchase] = [fix(5, 'same'), transaction(3, 'same')]
  history.insert(purchase)
  history.insert(location)
  expect(history.find('locations', LOCATIONS, 'same')).toBe(location)
  expect(history.find('transactions', TRANSACTIONS, 'same')).toBe(purchase)
  expect(history.series(TRANSACTIONS)?.events).toEqual([purchase])
  expect(history.series(0)).toBeUndefined()
  expect(history.allSeries()).toHaveLength(2)
})

it('a retired event is still known, until it is forgotten', () => {
  const history = new KeyHistory()
  const event = transaction(10)
  history.retire({...event, contentHash: 77})
  expect(history.isEmpty).toBe(false)
  expect(history.find('transactions', TRANSACTIONS, 't10')).toMatchObject({time: 10, contentHash: 77})
  expect(history.find('locations', LOCATIONS, 't10')).toBeUndefined()
  expect(history.dropRetiredBefore(10 as EventTime)).toEqual([])
  expect(history.dropRetiredBefore(11 as EventTime).map(({id}) => id)).toEqual(['t10'])
  expect(history.find('transactions', TRANSACTIONS, 't10')).toBeUndefined()
  expect(history.isEmpty).toBe(true)
})

it('a history is empty when all its events are dropped', () => {
  const history = new KeyHistory()
  expect(history.isEmpty).toBe(true)
  history.insert(transaction(1))
  expect(history.isEmpty).toBe(false)
  history.series(TRANSACTIONS)?.dropFirst(1)
  expect(history.isEmpty).toBe(true)
})
