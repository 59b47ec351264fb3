import {SeededRandom} from '../../simulation/seeded-random.js'
import type {RevealedVerdict} from './pending-verdicts.js'

/** A transaction as it was decided, and what it really was. */
export interface DecidedTransaction {
  readonly transactionId: string
  readonly userId: string
  /** Event time, ms. */
  readonly time: number
  /** Whether it went through: neither declined by the rules and the model nor by its issuer. */
  readonly wentThrough: boolean
  /** Whether somebody is to look at it. */
  readonly isReviewed: boolean
  readonly isFraud: boolean
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How long it takes until somebody knows, ms: a reviewer of what was held up, the card holder of what went through. */
const REVIEW = {from: 2 * HOUR_MS, to: 30 * HOUR_MS}
const CHARGEBACK = {from: 3 * DAY_MS, to: 14 * DAY_MS}

/** An unreported transaction is taken as legitimate when the latest chargeback would be there. */
export const REVEALED_AFTER_MS = CHARGEBACK.to

/**
 * What becomes known of a transaction, and when: a reviewer's verdict on what was held up or declined, a chargeback
 * for a fraud that went through; undefined: nothing ever. The delay depends on the seed and the transaction alone.
 */
export function reveal(decided: DecidedTransaction, seed: number): RevealedVerdict | undefined {
  const {transactionId, userId, time, wentThrough, isReviewed, isFraud} = decided
  if (!isReviewed && !(isFraud && wentThrough)) return undefined
  const source = isReviewed ? 'review' : 'chargeback'
  const {from, to} = isReviewed ? REVIEW : CHARGEBACK
  const delay = Math.floor(new SeededRandom(seed, `${source} of ${transactionId}`).between(from, to))
  const verdict = isFraud ? 'fraud' : 'legitimate'
  return {transactionId, userId, source, verdict, at: time + delay}
}
