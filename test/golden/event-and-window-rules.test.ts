import {describe, expect, it} from 'vitest'
import {fix, permutations, run, transaction} from './golden-run.js'

const HEADER = `schema: tripline/rule/v1
version: 3
title: What an event or window rule means
key: user_id
severity: high
action: review
score: 80
`

const evidence = (events: readonly {as: string; id: string}[] | undefined): readonly string[] =>
  (events ?? []).map(({as, id}) => `${as} ${id}`)

describe('an event rule', () => {
  const LARGE = `${HEADER}id: large
match:
  event: {as: purchase, stream: transactions}
  when: purchase.amount >= 10000.0 && purchase.mcc == '7995'
`

  it('has any event of the stream as its anchor for which the condition holds', async () => {
    const outcome = await run(LARGE, [
      transaction('t1', 0, {amount: 10_000, mcc: '7995'}),
      transaction('t2', '1m', {amount: 9_999.99, mcc: '7995'}),
      transaction('t3', '2m', {amount: 20_000, mcc: '7994'}),
      transaction('t4', '3m', {amount: 20_000, mcc: '7995', user_id: 'u2'}),
      fix('l1', '4m'),
    ])
    expect(outcome.alerts).toEqual(['large t1', 'large t4'])
    expect(evidence(outcome.standing[0]?.events)).toEqual(['purchase t1'])
    expect(outcome.standing[1]?.key).toEqual({name: 'user_id', value: 'u2'})
  })

  it('may be about another stream: it then opens an alert and enters no decision', async () => {
    const rule = `${HEADER}id: far-north
match:
  event: {as: fix, stream: locations}
  when: fix.lat > 80.0
`
    const {alerts, standing, decisions} = await run(rule, [fix('l1', 0, {lat: 85}), transaction('t1', 0)])
    expect(alerts).toEqual(['far-north l1'])
    expect(standing[0]?.anchor).toEqual({stream: 'locations', id: 'l1'})
    expect(decisions.t1).toMatchObject({decision: 'approve', rules: []})
  })

  it('without a condition has every event of the stream as its anchor', async () => {
    const rule = `${HEADER}id: every\nmatch:\n  event: {as: tx, stream: transactions}\n`
    expect((await run(rule, [transaction('t1', 0), transaction('t2', 1)])).alerts).toEqual([
      'every t1',
      'every t2',
    ])
  })

  it('asks a list as of the event time of the anchor', async () => {
    const list = `schema: tripline/list/v1
name: risky_mcc
entries: [{value: '7995', expires: '2026-01-01T00:10:00Z'}]
`
    const rule = `${HEADER}id: risky
match:
  event: {as: tx, stream: transactions}
  when: tx.mcc in lists.risky_mcc
`
    const lines = [
      transaction('before', 599_999, {mcc: '7995'}),
      transaction('at-expiry', 600_000, {mcc: '7995'}),
    ]
    for (const order of permutations(lines))
      expect((await run([rule, list], order)).alerts).toEqual(['risky before'])
  })

  it('sees amount_usd at the rate of the event time, whatever the producer says it is', async () => {
    const rates =
      'schema: tripline/rates/v1\nusd_per: {EUR: [{from: 2025-01-01, rate: 1.5}, {from: 2026-01-01, rate: 2}]}\n'
    const rule = `${HEADER}id: in-dollars
match:
  event: {as: tx, stream: transactions}
  when: tx.amount_usd == 200.0
`
    const lines = [
      transaction('t1', 0, {amount: 100, currency: 'EUR', amount_usd: 1}),
      transaction('t2', 0, {amount: 200}),
      transaction('t3', 0, {amount: 1, amount_usd: 200}),
    ]
    expect((await run([rule, rates], lines)).alerts).toEqual(['in-dollars t1', 'in-dollars t2'])
  })
})

describe('a window rule', () => {
  const FOUR_CARDS = `${HEADER}id: four-cards
match:
  window: {as: tx, stream: transactions, when: 'tx.amount < 2.0', span: 15m}
  having: count() >= 4 && distinct(tx.card_id) >= 4
`
  const small = (id: string, offset: string, card_id: string) =>
    transaction(id, offset, {amount: 1.5, card_id})

  it('counts those events of the span that satisfy its condition, the anchor included', async () => {
    const outcome = await run(FOUR_CARDS, [
      small('t1', '1m', 'c1'),
      small('t2', '2m', 'c2'),
      transaction('big', '3m', {amount: 50, card_id: 'c9'}),
      small('t3', '4m', 'c3'),
      small('t4', '5m', 'c3'),
      small('t5', '6m', 'c4'),
    ])
    expect(outcome.alerts).toEqual(['four-cards t5'])
    expect(evidence(outcome.standing[0]?.events)).toEqual(['tx t1', 'tx t2', 'tx t3', 'tx t4', 'tx t5'])
  })

  it('has no anchor among events that do not satisfy its condition', async () => {
    const lines = ['c1', 'c2', 'c3', 'c4'].map((card, i) => small(`t${i + 1}`, `${i}m`, card))
    const {alerts} = await run(FOUR_CARDS, [...lines, transaction('t5', '5m', {amount: 50, card_id: 'c5'})])
    expect(alerts).toEqual(['four-cards t4'])
  })

  it('does not look at events of other users', async () => {
    const lines = ['c1', 'c2', 'c3', 'c4'].map((card, i) =>
      transaction(`t${i}`, i, {card_id: card, user_id: i < 2 ? 'u1' : 'u2'}),
    )
    expect((await run(FOUR_CARDS, lines)).alerts).toEqual([])
  })

  it('means the anchor with a bare field in `having`', async () => {
    const rule = `${HEADER}id: far-above
match:
  window: {as: tx, stream: transactions, span: 15m}
  having: count() >= 3 && tx.amount > 2.0 * avg(tx.amount)
`
    const amounts = [10, 10, 10, 100, 10].map((amount, i) => transaction(`t${i + 1}`, `${i}m`, {amount}))
    expect((await run(rule, amounts)).alerts).toEqual(['far-above t4'])
  })

  it('is about one card of a user if it is keyed by card_id', async () => {
    const rule = `${HEADER.replace('user_id', 'card_id')}id: twice
match:
  window: {as: tx, stream: transactions, span: 15m}
  having: count() >= 2
`
    const outcome = await run(rule, [
      transaction('t1', '1m', {card_id: 'c1'}),
      transaction('t2', '2m', {card_id: 'c2'}),
      transaction('t3', '3m', {card_id: 'c1', user_id: 'u2'}),
      transaction('t4', '4m'),
      transaction('t5', '5m'),
      transaction('t6', '6m', {card_id: 'c2'}),
    ])
    expect(outcome.alerts).toEqual(['twice t6'])
    expect(outcome.standing[0]?.key).toEqual({name: 'card_id', value: 'c2'})
    expect(evidence(outcome.standing[0]?.events)).toEqual(['tx t2', 'tx t6'])
  })
})
