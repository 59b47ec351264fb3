import {SeededRandom} from '../../../src/simulation/seeded-random.js'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const START = Date.UTC(2026, 0, 1)

/** Features from which a small model learns what is fraud here. */
export const PAYMENT_VIEW = `
schema: tripline/feature-view/v1
kind: row
name: payment
entity: user_id
rows:
  - {name: amount, expr: 'tx.amount'}
  - {name: online, expr: 'tx.channel == "online"'}
`

/** The model decides; a tenth of what it would stop is let through. */
export const SAMPLING_POLICY = `
schema: tripline/policy/v1
version: 1
model: {review: 0.5, decline: 0.9}
control_sample: {share: 0.1}
`

export interface Payment {
  readonly transaction_id: string
  readonly user_id: string
  readonly merchant_id: string
  readonly amount: number
  readonly channel: string
  readonly event_time: number
}

/** At first large payments are fraud; later small ones that are made online. */
export const isFraud = {
  large: ({amount}: Payment) => amount > 900,
  small: ({amount, channel}: Payment) => amount < 150 && channel === 'online',
}

/** Payments of forty users, a minute after each other, and what they turned out to be. */
export class ChangingFraud {
  private sent = 0
  private readonly random: SeededRandom

  constructor(name: string) {
    this.random = new SeededRandom(4, name)
  }

  /** How many payments there were. */
  get payments(): number {
    return this.sent
  }

  payment(): Payment {
    const at = this.sent++
    return {
      transaction_id: `t${at}`,
      user_id: `u${at % 40}`,
      merchant_id: `m${at % 7}`,
      amount: this.random.integer(1, 1000),
      channel: this.random.chance(0.5) ? 'online' : 'pos',
      event_time: START + at * MINUTE_MS,
    }
  }

  /** Payments, and the chargebacks of an hour later. */
  next(count: number, isFraudulent: (payment: Payment) => boolean) {
    const payments = Array.from({length: count}, () => this.payment())
    const verdicts = payments.filter(isFraudulent).map(({transaction_id, user_id, event_time}) => ({
      feedback_id: `f-${transaction_id}`,
      user_id,
      transaction_id,
      verdict: 'fraud',
      source: 'chargeback',
      event_time: event_time + HOUR_MS,
    }))
    return {payments, verdicts}
  }
}
