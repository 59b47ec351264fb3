import {expect, test} from 'vitest'
import {PendingVerdicts, type RevealedVerdict} from '../../../../src/learning/loop/pending-verdicts.js'
import {type DecidedTransaction, REVEALED_AFTER_MS, reveal} from '../../../../src/learning/loop/reveal.js'

const HOUR_MS = 3_600_000
const TIME = 1_000_000_000_000

function decided(change: Partial<DecidedTransaction>): DecidedTransaction {
  return {
    ...{transactionId: 't1', userId: 'u1', time: TIME},
    ...{wentThrough: true, isReviewed: false, isFraud: false, ...change},
  }
}

const times = (change: Partial<DecidedTransaction>) =>
  Array.from({length: 300}, (_, nth) => reveal(decided({...change, transactionId: `t${nth}`}), 1)?.at ?? 0)

test('a reviewer says what a transaction was that was held up, 2 to 30 hours later', () => {
  const held = {isReviewed: true, wentThrough: false}
  expect(reveal(decided({...held, isFraud: true}), 1)).toMatchObject({source: 'review', verdict: 'fraud'})
  expect(reveal(decided(held), 1)).toMatchObject({source: 'review', verdict: 'legitimate'})
  const delays = times(held).map((at) => at - TIME)
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(2 * HOUR_MS)
  expect(Math.max(...delays)).toBeLessThan(30 * HOUR_MS)
})

test('a fraud that went through is charged back 3 to 14 days later, and never after it counts as legitimate', () => {
  expect(reveal(decided({isFraud: true}), 1)).toMatchObject({source: 'chargeback', verdict: 'fraud'})
  const delays = times({isFraud: true}).map((at) => at - TIME)
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(72 * HOUR_MS)
  expect(Math.max(...delays)).toBeLessThan(REVEALED_AFTER_MS)
})

test('of what was approved and legitimate, and of frauds that the issuer declined, nothing is ever heard', () => {
  expect(reveal(decided({}), 1)).toBeUndefined()
  expect(reveal(decided({isFraud: true, wentThrough: false}), 1)).toBeUndefined()
})

test('the delay depends on seed and transaction alone', () => {
  const held = decided({isReviewed: true})
  expect(reveal(held, 1)).toEqual(reveal(held, 1))
  expect(reveal(held, 2)?.at).not.toBe(reveal(held, 1)?.at)
})

test('verdicts wait for their time and come in its order', () => {
  const pending = new PendingVerdicts()
  const verdict = (transactionId: string, at: number): RevealedVerdict => ({
    ...{transactionId, at, userId: 'u1', source: 'review', verdict: 'fraud'},
  })
  for (const [id, at] of [
    ['c', 30],
    ['a', 10],
    ['b2', 20],
    ['b1', 20],
  ] as const)
    pending.add(verdict(id, at))
  const take = (upTo: number) => pending.take(upTo).map(({transactionId}) => transactionId)
  expect(take(9)).toEqual([])
  expect(take(20)).toEqual(['a', 'b1', 'b2'])
  pending.add(verdict('d', 25))
  expect(take(30)).toEqual(['d', 'c'])
  expect(take(99)).toEqual([])
})
