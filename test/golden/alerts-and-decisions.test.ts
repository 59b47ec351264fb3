import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import {fix, history, permutations, run, transaction} from './golden-run.js'

const HEADER = `schema: tripline/rule/v1
version: 3
title: What becomes of a rule that fires
key: user_id
severity: high
action: review
score: 80
`

describe('a cooldown', () => {
  const LARGE = `${HEADER}id: large
cooldown: 5m
match:
  event: {as: tx, stream: transactions}
  when: tx.amount > 100.0
`
  const large = (id: string, offset: string | number, fields: object = {}) =>
    transaction(id, offset, {amount: 200, ...fields})

  it('suppresses an anchor less than its span after the last reported one; exactly its span later is reported', async () => {
    const {alerts, counts} = await run(LARGE, [large('t1', 0), large('t2', 299_999), large('t3', 300_000)])
    expect(alerts).toEqual(['large t1', 'large t3'])
    expect(counts.large).toMatchObject({alerts: 2, suppressed: 1})
  })

  it('runs from the last reported anchor, not from a suppressed one', async () => {
    const lines = ['0m', '3m', '6m', '9m', '12m'].map((offset, i) => large(`t${i + 1}`, offset))
    expect((await run(LARGE, lines)).alerts).toEqual(['large t1', 'large t3', 'large t5'])
  })

  it('leaves a suppressed anchor a hit in its decision, without an alert', async () => {
    const {decisions, standing} = await run(LARGE, [large('t1', 0), large('t2', '1m')])
    expect(decisions.t1?.rules).toMatchObject([{id: 'large', alert_id: standing[0]?.alert_id}])
    expect(decisions.t2).toMatchObject({decision: 'review', rules: [{id: 'large', alert_id: null}]})
  })

  it('is counted for each key by itself', async () => {
    const {alerts} = await run(LARGE, [large('t1', 0), large('t2', 1, {user_id: 'u2'})])
    expect(alerts).toEqual(['large t1', 'large t2'])
  })

  it('is linked anew by an event out of order: the difference is opened and retracted', async () => {
    const outcome = await run(LARGE, [
      large('t2', '2m'),
      large('t3', '4m'),
      large('t4', '7m'),
      large('t1', 0),
    ])
    expect(outcome.alerts).toEqual(['large t1', 'large t4'])
    expect([...history(outcome)].sort()).toEqual([
      'opened t1 0',
      'opened t2 0',
      'opened t4 0',
      'retracted t2 1',
    ])
    expect(outcome.decisions.t2).toMatchObject({decision: 'review', revision: 1, rules: [{alert_id: null}]})
  })

  it('gives the same alerts in any order of arrival', async () => {
    const lines = [large('t1', 0), large('t2', '2m'), large('t3', '5m'), large('t4', '8m')]
    for (const order of permutations(lines))
      expect((await run(LARGE, order)).alerts).toEqual(['large t1', 'large t3'])
  })
})

describe('an alert', () => {
  const LARGE = `${HEADER}id: large
match:
  event: {as: tx, stream: transactions}
  when: tx.amount > 100.0
`

  it('is identified by its rule, key and anchor', async () => {
    const {standing} = await run(LARGE, [transaction('t1', 0, {amount: 200})])
    const identity = '["large",3,"user_id","u1","transactions","t1"]'
    expect(standing[0]?.alert_id).toBe(createHash('sha256').update(identity).digest('hex').slice(0, 32))
  })

  it('carries what a receiver needs', async () => {
    const {standing} = await run(LARGE, [transaction('t1', '1m', {amount: 200})])
    expect(standing[0]).toMatchObject({
      type: 'alert.opened',
      revision: 0,
      rule: {id: 'large', version: 3},
      mode: 'live',
      severity: 'high',
      action: 'review',
      score: 80,
      key: {name: 'user_id', value: 'u1'},
      anchor: {stream: 'transactions', id: 't1'},
      event_time: '2026-01-01T00:01:00.000Z',
      events: [{as: 'tx', stream: 'transactions', id: 't1', event_time: '2026-01-01T00:01:00.000Z'}],
      clauses: [{text: 'tx.amount > 100.0', value: 200, holds: true}],
      flips: ['amount ≤ 100.00'],
      late: false,
      truncated: false,
    })
    expect(standing[0]?.reason).toContain('200')
  })
})

describe('a decision', () => {
  const rule = (id: string, action: string, score: number, over: number) => `schema: tripline/rule/v1
id: ${id}
version: 1
title: Over ${over}
key: user_id
severity: low
action: ${action}
score: ${score}
match:
  event: {as: tx, stream: transactions}
  when: tx.amount > ${over}.0
`
  const RULES = [
    rule('allows', 'approve', 60, 100),
    rule('reviews', 'review', 99, 200),
    rule('declines', 'decline', 50, 300),
    rule('declines-surely', 'decline', 70, 400),
  ]
  const amount = async (value: number, rules: readonly string[] = RULES) =>
    (await run(rules, [transaction('t1', 0, {amount: value})])).decisions.t1

  it('is given for every transaction, without a model on rules alone', async () => {
    expect(await amount(1)).toMatchObject({
      transaction_id: 't1',
      user_id: 'u1',
      decision: 'approve',
      revision: 0,
      score: null,
      rules: [],
      reasons: [],
      model: null,
      degraded: ['model'],
    })
  })

  it('is approve by an approve rule, unless a decline rule with a higher score fires', async () => {
    expect((await amount(150))?.decision).toBe('approve')
    expect((await amount(250))?.decision).toBe('approve')
    expect((await amount(350))?.decision).toBe('approve')
    expect((await amount(450))?.decision).toBe('decline')
  })

  it('is decline before review, review before approve', async () => {
    const [, ...withoutAllow] = RULES
    expect((await amount(250, withoutAllow))?.decision).toBe('review')
    expect((await amount(350, withoutAllow))?.decision).toBe('decline')
  })

  it('names an approve rule as a hit that opens no alert', async () => {
    const {alerts, decisions, counts} = await run(RULES, [transaction('t1', 0, {amount: 150})])
    expect(alerts).toEqual([])
    expect(decisions.t1?.rules).toMatchObject([
      {id: 'allows', action: 'approve', mode: 'live', alert_id: null},
    ])
    expect(counts.allows).toMatchObject({alerts: 0, suppressed: 0})
  })

  it('gives reasons unless it is approve', async () => {
    expect((await amount(250))?.reasons).toEqual([])
    const declined = await amount(450)
    expect(declined?.reasons.map(({code}) => code)).toEqual(['DECLINES_SURELY', 'DECLINES'])
    expect(declined?.rules.map(({id}) => id).sort()).toEqual([
      'allows',
      'declines',
      'declines-surely',
      'reviews',
    ])
  })

  it('is published again only when it or the set of its rules changes', async () => {
    const pair = `${HEADER}id: pair
match:
  together:
    within: 1h
    of:
      - {as: one, stream: transactions, when: 'one.amount > 100.0'}
      - {as: fix, stream: locations}
`
    const lines = [transaction('t1', '1m', {amount: 250}), fix('l3', '3m'), fix('l2', '2m'), fix('l4', '4m')]
    const {decisionRecords} = await run([pair, RULES[1]!], lines)
    expect(decisionRecords.map(({decision, revision, rules}) => [decision, revision, rules.length])).toEqual([
      ['review', 0, 1],
      ['review', 1, 2],
    ])
  })
})
