import {describe, expect, it} from 'vitest'
import type {AlertRecord} from '../../src/core/decision/records.js'
import {fix, type GoldenLine, run, transaction} from './golden-run.js'

const HEADER = `schema: tripline/rule/v1
id: told
version: 1
title: A rule that tells
key: user_id
severity: high
action: review
score: 50
`

/** The only alert of a rule. */
async function alertOf(match: string, lines: readonly GoldenLine[]): Promise<AlertRecord> {
  const {standing} = await run(`${HEADER}${match}`, lines)
  expect(standing).toHaveLength(1)
  return standing[0] as AlertRecord
}

describe('an alert tells', () => {
  it('a move between two fixes, and both borders', async () => {
    const match = `match:
  together:
    within: 1h
    of:
      - {as: purchase, stream: transactions, when: 'purchase.amount_usd > 5000.0'}
      - {as: from, stream: locations}
      - {as: to, stream: locations, after: from, when: 'distance_miles(from, to) > 1000.0'}
`
    const lines = [
      fix('l1', 0, {lat: 40.71, lon: -74}),
      transaction('t1', '10m', {amount: 6000, merchant_id: 'm7'}),
      fix('l2', '30m', {lat: 51.5, lon: -0.12}),
    ]
    expect(await alertOf(match, lines)).toMatchObject({
      reason: '$6,000.00 at m7, 20 minutes before moving 3,462 miles',
      flips: ['amount_usd ≤ 5000.00', 'distance_miles(from, to) ≤ 1,000'],
    })
  })

  it('how far and how long after the location fix a transaction was', async () => {
    const match = `match:
  event: {as: tx, stream: transactions}
  when: seconds_between(location, tx) <= 3600.0 && distance_miles(location, tx) > 100.5
`
    const lines = [
      fix('l1', 0, {lat: 48.86, lon: 2.35}),
      transaction('t1', '40m', {amount: 300, type: 'withdrawal', lat: 50.85, lon: 4.35}),
    ]
    expect(await alertOf(match, lines)).toMatchObject({
      reason: '$300.00 withdrawal, 40 minutes after the location fix, 164 miles from the location fix',
      flips: ['seconds_between(location, tx) > 3,600', 'distance_miles(location, tx) ≤ 100.5'],
    })
  })

  it('what a window holds, in words for people', async () => {
    const match = `match:
  window: {as: tx, stream: transactions, when: 'tx.type in ["transfer", "payout"]', span: 15m}
  having: count() >= 2 && sum(tx.amount_usd) > 100.0 && distinct(tx.counterparty_id) >= 2 && distinct(tx.card_id) == 1
`
    const lines = ['a1', 'a2'].map((counterparty_id, i) =>
      transaction(`t${i}`, `${i}m`, {amount: 60.05, type: 'transfer', counterparty_id, card_id: 'c1'}),
    )
    expect((await alertOf(match, lines)).reason).toBe(
      '$60.05 transfer with a2, 2 transactions in 15 minutes, $120.10 in total, 2 different counterparties, one card',
    )
  })

  it('whose field a border is about, where it is not the anchor', async () => {
    const match = `match:
  sequence:
    within: 1h
    steps:
      - {as: probe, stream: transactions, when: 'probe.amount_usd < 2.0'}
      - {as: big, stream: transactions, when: 'big.amount_usd > 500.0'}
`
    const lines = [transaction('t1', 0), transaction('t2', '5m', {amount: 600})]
    expect((await alertOf(match, lines)).flips).toEqual(['probe.amount_usd ≥ 2.00', 'amount_usd ≤ 500.00'])
  })

  it('a border as it is, however many digits it takes', async () => {
    const match = `match:
  event: {as: tx, stream: transactions}
  when: tx.amount_usd > 99.995 && tx.lat > 12.3456
`
    const lines = [transaction('t1', 0, {amount: 300, lat: 51.5, lon: 0})]
    expect((await alertOf(match, lines)).flips).toEqual(['amount_usd ≤ 99.995', 'lat ≤ 12.3456'])
  })
})
