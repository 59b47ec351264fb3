import {describe, expect, it} from 'vitest'
import {fix, type GoldenLine, history, permutations, run, transaction} from './golden-run.js'

const rule = (fields: string) => `
schema: tripline/rule/v1
id: shared
version: 1
title: Seen by other keys
severity: high
score: 60
${fields}`

/** Three cards at one merchant within ten minutes. */
const AT_MERCHANT = rule(`
key: merchant_id
action: decline
match:
  window: {as: tx, stream: transactions, when: 'tx.amount < 2.0', span: 10m}
  having: distinct(tx.card_id) >= 3
`)

const probe = (id: string, offset: string | number, user: string, fields: object = {}): GoldenLine =>
  transaction(id, offset, {user_id: user, card_id: `card of ${user}`, merchant_id: 'm1', ...fields})

const THREE = [probe('t1', '1m', 'u1'), probe('t2', '2m', 'u2'), probe('t3', '3m', 'u3')]

describe('a rule by merchant', () => {
  it('sees the events of all users there, in any order of arrival', async () => {
    for (const order of permutations(THREE)) {
      const outcome = await run(AT_MERCHANT, order)
      expect(outcome.alerts).toEqual(['shared t3'])
      expect(outcome.standing[0]).toMatchObject({
        key: {name: 'merchant_id', value: 'm1'},
        anchor: {stream: 'transactions', id: 't3'},
        events: [{id: 't1'}, {id: 't2'}, {id: 't3'}],
      })
      expect(outcome.decisions.t3).toMatchObject({user_id: 'u3', decision: 'decline'})
      expect(outcome.decisions.t1?.decision).toBe('approve')
    }
  })

  it('sees nothing of another merchant, and no event without one', async () => {
    const elsewhere = [
      probe('t3', '3m', 'u3', {merchant_id: 'm2'}),
      probe('t4', '4m', 'u4', {merchant_id: null}),
      probe('t5', '5m', 'u5', {merchant_id: ''}),
    ]
    expect((await run(AT_MERCHANT, [...THREE.slice(0, 2), ...elsewhere])).alerts).toEqual([])
  })

  it('speaks after the first answer: its hit is a revision, its alert late', async () => {
    const {decisionRecords, standing} = await run(AT_MERCHANT, THREE)
    const ofThird = decisionRecords.filter(({transaction_id}) => transaction_id === 't3')
    expect(ofThird.map(({revision, decision}) => [revision, decision])).toEqual([
      [0, 'approve'],
      [1, 'decline'],
    ])
    expect(ofThird[1]?.rules).toMatchObject([{id: 'shared', alert_id: standing[0]?.alert_id}])
    expect(standing[0]?.late).toBe(true)
  })

  it("joins the user's own rules in the decision", async () => {
    const own = rule(`
key: user_id
action: approve
match:
  event: {as: tx, stream: transactions}
`).replace('id: shared', 'id: everything')
    const {decisions} = await run([AT_MERCHANT, own.replace('score: 60', 'score: 70')], THREE)
    expect(decisions.t3?.rules.map(({id}) => id)).toEqual(['everything', 'shared'])
    expect(decisions.t3?.decision).toBe('approve')
    const weaker = await run([AT_MERCHANT, own.replace('score: 60', 'score: 50')], THREE)
    expect(weaker.decisions.t3?.decision).toBe('decline')
  })

  it('retracts when an event out of order makes it false, and the decision goes back', async () => {
    const exactlyThree = AT_MERCHANT.replace('>= 3', '== 3')
    const fourth = probe('t0', '1m', 'u9')
    const outcome = await run(exactlyThree, [...THREE, fourth])
    // With one more before it, the second is the third.
    expect(history(outcome)).toEqual(['opened t3 0', 'opened t2 0', 'retracted t3 1'])
    expect(outcome.decisions.t3).toMatchObject({decision: 'approve', revision: 2})
  })

  it('follows the profile of a merchant that arrives late', async () => {
    const risky = rule(`
key: device_id
action: review
match:
  event: {as: tx, stream: transactions}
  when: merchant.risk > 0.5
`)
    const profile = (risk: number, offset: string): GoldenLine => ({
      stream: 'merchants',
      event: {merchant_id: 'm1', risk, event_time: transaction('x', offset).event.event_time},
    })
    const purchase = probe('t1', '5m', 'u1', {device_id: 'd1'})
    const later = probe('t2', '6m', 'u2', {merchant_id: 'm2', device_id: 'd2'})
    const outcome = await run(risky, [profile(0.1, '0m'), purchase, later, profile(0.9, '4m')])
    expect(outcome.alerts).toEqual(['shared t1'])
    expect(outcome.standing[0]?.key).toEqual({name: 'device_id', value: 'd1'})
  })

  it('waits for a deadline as any other does', async () => {
    const unanswered = rule(`
key: merchant_id
action: review
match:
  sequence:
    within: 1h
    steps:
      - {as: refund, stream: transactions, when: 'refund.type == "refund"'}
      - {absent: sale, stream: transactions, when: 'sale.type == "purchase"'}
`)
    const refund = probe('r1', '0m', 'u1', {type: 'refund'})
    expect((await run(unanswered, [refund, probe('t1', '60m', 'u2')])).alerts).toEqual([])
    const alone = await run(unanswered, [refund, probe('t1', '61m', 'u2')])
    expect(alone.alerts).toEqual(['shared r1'])
    expect(alone.decisions.r1?.decision).toBe('review')
  })

  it('sees the events of all partitions, and revises the decision in the one that it belongs to', async () => {
    const [first, second, third] = THREE as [GoldenLine, GoldenLine, GoldenLine]
    const spread = [
      {...first, partition: 0},
      {...third, partition: 1},
      {...second, partition: 2},
    ]
    const outcome = await run(AT_MERCHANT, spread)
    expect(outcome.alerts).toEqual(['shared t3'])
    expect(outcome.decisions.t3).toMatchObject({user_id: 'u3', decision: 'decline', revision: 1})
  })
})

it('rules by device and by address have histories of their own', async () => {
  const by = (key: string) =>
    rule(`
key: ${key}
action: review
match:
  window: {as: tx, stream: transactions, span: 1h}
  having: distinct(tx.user_id) >= 2
`).replace('id: shared', `id: by-${key.replace('_', '-')}`)
  const lines = [
    probe('t1', '1m', 'u1', {device_id: 'x', ip: 'x'}),
    probe('t2', '2m', 'u2', {device_id: 'x', ip: 'y'}),
    probe('t3', '3m', 'u3', {device_id: 'z', ip: 'y'}),
    fix('l1', '4m'),
  ]
  const {alerts} = await run([by('device_id'), by('ip')], lines)
  expect(alerts).toEqual(['by-device-id t2', 'by-ip t3'])
})

it('a user who is called like a merchant is not one', async () => {
  const strange = '\u0001merchant_id\u0001m1'
  const {alerts} = await run(AT_MERCHANT, [
    ...THREE.slice(0, 2),
    probe('t9', '4m', strange, {merchant_id: 'm3'}),
  ])
  expect(alerts).toEqual([])
})
