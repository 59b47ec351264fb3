import {expect, test} from 'vitest'
import {ServedLookup} from '../../../../src/app/replay/served-lookup.js'
import type {ServedEntry} from '../../../../src/learning/training/served-rows.js'

let read = 0
async function* rows(...places: readonly (readonly [id: string, time: number, user?: string])[]) {
  for (const [transactionId, time, userId = 'u1'] of places) {
    read++
    const row = {transactionId, userId, time} as ServedEntry['row']
    yield {schema: {hash: 'h', names: []}, row}
  }
}

test('rows are read as far as the replay is, and one ahead', async () => {
  read = 0
  const lookup = new ServedLookup(rows(['a', 1], ['b', 2], ['c', 3], ['d', 9]))
  await lookup.readTo(2)
  expect(read).toBe(3)
  expect(lookup.take('u1', 'b', 2)?.row.transactionId).toBe('b')
  expect(lookup.take('u1', 'c', 3)).toBeUndefined()
  await lookup.readTo(3)
  expect(lookup.take('u1', 'c', 3)?.row.transactionId).toBe('c')
})

test('a transaction that arrives out of order still finds its row, once', async () => {
  const lookup = new ServedLookup(rows(['a', 1], ['b', 2]))
  await lookup.readTo(2)
  expect(lookup.take('u1', 'b', 2)).toBeDefined()
  expect(lookup.take('u1', 'a', 1)).toBeDefined()
  expect(lookup.take('u1', 'a', 1)).toBeUndefined()
})

test('an id belongs to its user and its time', async () => {
  const lookup = new ServedLookup(rows(['a', 5, 'u2']))
  await lookup.readTo(99)
  expect(lookup.take('u1', 'a', 5)).toBeUndefined()
  expect(lookup.take('u2', 'a', 4)).toBeUndefined()
  expect(lookup.take('u2', 'a', 5)).toBeDefined()
})
