import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {addLedger, book, emptyLedger, type Fate, unbalanced} from '../../../../src/core/ledger/ledger.js'

const FATES: readonly Fate[] = ['accepted', 'duplicate', 'late', 'dead_lettered']

describe('the ledger', () => {
  it('names every stream from the beginning', () => {
    expect(emptyLedger(['transactions'])).toEqual({
      transactions: {in: 0, accepted: 0, duplicate: 0, late: 0, dead_lettered: 0},
    })
  })

  it('balances: in = accepted + duplicate + late + dead_lettered', () => {
    const bookings = fc.array(
      fc.tuple(fc.constantFrom('transactions', 'locations', 'unknown'), fc.constantFrom(...FATES)),
    )
    fc.assert(
      fc.property(bookings, (all) => {
        const ledger = emptyLedger(['transactions', 'locations'])
        for (const [stream, fate] of all) book(ledger, stream, fate)
        expect(unbalanced(ledger)).toEqual([])
        expect(Object.values(ledger).reduce((sum, account) => sum + account.in, 0)).toBe(all.length)
      }),
    )
  })

  it('opens an account for inputs of no known stream', () => {
    const ledger = emptyLedger([])
    book(ledger, 'unknown', 'dead_lettered')
    expect(ledger).toEqual({unknown: {in: 1, accepted: 0, duplicate: 0, late: 0, dead_lettered: 1}})
  })

  it('adds up over partitions', () => {
    const [sum, first, second] = [emptyLedger([]), emptyLedger(['a']), emptyLedger(['b'])]
    book(first, 'a', 'accepted')
    book(first, 'a', 'late')
    book(second, 'a', 'duplicate')
    addLedger(sum, first)
    addLedger(sum, second)
    expect(sum.a).toEqual({in: 3, accepted: 1, duplicate: 1, late: 1, dead_lettered: 0})
    expect(first.a).toEqual({in: 2, accepted: 1, duplicate: 0, late: 1, dead_lettered: 0})
    expect(sum.b?.in).toBe(0)
  })

  it('says which account does not balance', () => {
    expect(unbalanced({a: {in: 2, accepted: 1, duplicate: 0, late: 0, dead_lettered: 0}})).toEqual(['a'])
  })
})
