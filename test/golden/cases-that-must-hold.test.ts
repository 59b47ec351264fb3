import {describe, expect, it} from 'vitest'
import type {Bundle} from '../../src/core/bundle/bundle.js'
import {bundleOf, SETTINGS} from '../support/engine/collected-run.js'
import {type LoggedActivation, logRun} from '../support/engine/log-run.js'
import {
  at,
  fix,
  type GoldenLine,
  type GoldenRun,
  history,
  permutations,
  run,
  transaction,
} from './golden-run.js'
import {sequence} from './sequence-rule.js'

const HEADER = `schema: tripline/rule/v1
version: 1
title: A case that must hold
key: user_id
severity: medium
action: review
score: 50
`

/** Two small amounts within 15 minutes. */
const TWO_SMALL = `${HEADER}id: two-small
match:
  window: {as: tx, stream: transactions, when: 'tx.amount < 2.0', span: 15m}
  having: count() >= 2
`

/** Exactly two within 15 minutes: a third one makes it false. */
const EXACTLY_TWO = `${HEADER}id: exactly-two
match:
  window: {as: tx, stream: transactions, span: 15m}
  having: count() == 2
`

const LARGE = `${HEADER}id: large
match:
  event: {as: tx, stream: transactions}
  when: tx.amount > 100.0
`

const NORTH = `${HEADER}id: north
match:
  event: {as: tx, stream: transactions}
  when: location.lat == 14.0
`

describe('a window', () => {
  it('leaves out an event that is exactly its span old', async () => {
    const {alerts} = await run(TWO_SMALL, [transaction('t1', 0), transaction('t2', '15m')])
    expect(alerts).toEqual([])
  })

  it('takes in an event that is 1 ms younger', async () => {
    const {alerts, records} = await run(TWO_SMALL, [transaction('t1', 1), transaction('t2', '15m')])
    expect(alerts).toEqual(['two-small t2'])
    expect(records[0]?.events.map(({id}) => id)).toEqual(['t1', 't2'])
  })
})

describe('a sequence', () => {
  const TWICE = sequence([
    "{as: first, stream: transactions, when: 'first.amount < 2.0'}",
    "{as: second, stream: transactions, when: 'second.amount < 2.0'}",
  ])

  it('holds events exactly `within` apart, and not 1 ms more', async () => {
    const hour = at('1h') - at(0)
    const inside = await run(TWICE, [transaction('t1', 0), transaction('t2', hour)])
    expect(inside.alerts).toEqual(['a-sequence t2'])
    const outside = await run(TWICE, [transaction('t1', 0), transaction('t2', hour + 1)])
    expect(outside.alerts).toEqual([])
  })

  it('needs two events for two steps with the same condition', async () => {
    expect((await run(TWICE, [transaction('t1', 0)])).alerts).toEqual([])
    expect((await run(TWICE, [transaction('t1', 0), transaction('t2', 0)])).alerts).toEqual(['a-sequence t2'])
  })
})

describe('an absence', () => {
  const UNCONFIRMED = sequence([
    "{as: big, stream: transactions, when: 'big.amount > 500.0'}",
    "{absent: confirm, stream: transactions, when: 'confirm.amount == 50.0'}",
  ])
  const big = transaction('t1', 0, {amount: 600})
  const deadline = at('1h') - at(0)
  const confirmed = (offset: number) => transaction('t2', offset, {amount: 50})

  it('is cancelled by an event exactly at the deadline, and not by one 1 ms later', async () => {
    expect((await run(UNCONFIRMED, [big, confirmed(deadline)])).alerts).toEqual([])
    expect((await run(UNCONFIRMED, [big, confirmed(deadline + 1)])).alerts).toEqual(['a-sequence t1'])
  })

  it('without a further event of the key fires when the watermark passes, not before', async () => {
    // 5 s and 1 ms behind the newest event.
    const standsAfter = async (offset: number) => {
      const other = transaction('other', offset, {user_id: 'u2'})
      const {collected} = await logRun(bundleOf([UNCONFIRMED]), [big, other])
      return collected.standing().length > 0
    }
    expect(await standsAfter(deadline + 5_000)).toBe(false)
    expect(await standsAfter(deadline + 5_001)).toBe(true)
  })

  it('at a device is not held back by a partition that fell silent', async () => {
    const atDevice = UNCONFIRMED.replace('key: user_id', 'key: device_id')
    const on = (line: GoldenLine, partition: number, device: string) => {
      const event = {...line.event, device_id: device}
      return {...line, event, partition, arrival_time: Number(line.event.event_time)}
    }
    const quiet = on(transaction('quiet', 0, {user_id: 'u9'}), 1, 'd9')
    // So many that they come in several batches.
    const others = Array.from({length: 4_000}, (_, i) =>
      on(transaction(`other${i}`, deadline + 10_000 + i, {user_id: 'u2'}), 0, 'd2'),
    )
    const {decisionRecords} = await run(atDevice, [quiet, on(big, 0, 'd1'), ...others])
    const told = decisionRecords.map(({transaction_id, revision}) => `${transaction_id} ${revision}`)
    expect(told).toContain('t1 1')
    expect(told.indexOf('t1 1')).toBeLessThan(told.indexOf('other3999 0'))
  })

  it('stamps an alert with its deadline', async () => {
    const {standing} = await run(UNCONFIRMED, [big])
    expect(standing.map(({event_time}) => event_time)).toEqual(['2026-01-01T01:00:00.000Z'])
  })
})

describe('a rule that is reloaded in the middle of a match', () => {
  const version = (number: number, title = 'A case that must hold') =>
    bundleOf([TWO_SMALL.replace('version: 1', `version: ${number}`).replace('A case that must hold', title)])
  const activate = (bundle: Bundle, backfill: readonly string[] = []) => ({
    activate: bundle,
    at: at('90s'),
    backfill,
  })
  const alertsOf = async (first: Bundle, ...activation: readonly LoggedActivation[]) => {
    const [t1, t2, t3] = ['1m', '80s', '2m'].map((offset, i) => transaction(`t${i + 1}`, offset)) as [
      GoldenLine,
      GoldenLine,
      GoldenLine,
    ]
    const {collected} = await logRun(first, [t1, t2, ...activation, t3])
    return collected
      .standing()
      .map(({rule: {version: number}, anchor, events}) => `v${number} ${anchor.id}: ${events.length}`)
  }

  it('carries the version, sees all events as context, and alerts for anchors from then on', async () => {
    expect(await alertsOf(version(1), activate(version(2)))).toEqual(['v1 t2: 2', 'v2 t3: 3'])
  })

  it('looks at earlier anchors only if it is told to', async () => {
    const backfilled = await alertsOf(version(1), activate(version(2), ['two-small']))
    expect(backfilled.sort()).toEqual(['v1 t2: 2', 'v2 t2: 2', 'v2 t3: 3'])
  })

  it('stays the same under another title', async () => {
    const retitled = await alertsOf(version(1), activate(version(1, 'Another title')))
    expect(retitled).toEqual(['v1 t2: 2', 'v1 t3: 3'])
  })
})

describe('equal timestamps', () => {
  it('are ordered by event id: the anchor is the greater one in any order of arrival', async () => {
    for (const lines of permutations([
      transaction('a', '1m'),
      transaction('b', '1m'),
      transaction('B', '1m'),
    ])) {
      const {alerts, standing} = await run(EXACTLY_TWO, lines)
      expect(alerts).toEqual(['exactly-two a'])
      expect(standing[0]?.events.map(({id}) => id)).toEqual(['B', 'a'])
    }
  })

  it('are ordered by stream first: a location precedes a transaction, whatever their ids', async () => {
    const rule = (after: string) => `${HEADER}id: in-order
match:
  together:
    within: 1h
    of: [${after}]
`
    const fixThenPurchase = '{as: tx, stream: transactions, after: fix}, {as: fix, stream: locations}'
    const purchaseThenFix = '{as: tx, stream: transactions}, {as: fix, stream: locations, after: tx}'
    for (const lines of permutations([transaction('a', '1m'), fix('z', '1m')])) {
      expect((await run(rule(fixThenPurchase), lines)).alerts).toEqual(['in-order a'])
      expect((await run(rule(purchaseThenFix), lines)).alerts).toEqual([])
    }
  })
})

describe('two items with the same condition', () => {
  const PAIR = `${HEADER}id: pair
match:
  together:
    within: 1h
    of:
      - {as: one, stream: transactions, when: 'one.amount > 100.0'}
      - {as: other, stream: transactions, when: 'other.amount > 100.0'}
`
  it('need two events', async () => {
    expect((await run(PAIR, [transaction('t1', 0, {amount: 200})])).alerts).toEqual([])
    const both = await run(PAIR, [
      transaction('t1', 0, {amount: 200}),
      transaction('t2', '1m', {amount: 300}),
    ])
    expect(both.alerts).toEqual(['pair t1', 'pair t2'])
  })

  it('need three events if there are three of them', async () => {
    const triple = `${PAIR}      - {as: third, stream: transactions, when: 'third.amount > 100.0'}\n`
    const lines = ['t1', 't2', 't3'].map((id, i) => transaction(id, i, {amount: 200}))
    expect((await run(triple, lines.slice(0, 2))).alerts).toEqual([])
    expect((await run(triple, lines)).alerts).toEqual(['pair t1', 'pair t2', 'pair t3'])
  })
})

describe('the same event', () => {
  it('delivered three times counts once', async () => {
    const line = transaction('t1', '1m')
    const {alerts, ledger, decisionRecords} = await run(TWO_SMALL, [line, line, line])
    expect(alerts).toEqual([])
    expect(decisionRecords).toHaveLength(1)
    expect(ledger.transactions).toEqual({in: 3, accepted: 1, duplicate: 2, late: 0, dead_lettered: 0})
  })

  it('is the same with its defaults spelled out, its fields in another order, its time spelled otherwise', async () => {
    const spelled = {
      currency: 'USD',
      type: 'purchase',
      amount: 1,
      event_time: '2026-01-01T01:01:00+01:00',
      mcc: null,
    }
    const again = {stream: 'transactions', event: {...spelled, transaction_id: 't1', user_id: 'u1'}}
    const {ledger} = await run(TWO_SMALL, [transaction('t1', '1m'), again])
    expect(ledger.transactions).toMatchObject({accepted: 1, duplicate: 1, dead_lettered: 0})
  })

  it('with other content is refused, and the first stands', async () => {
    const lines = [transaction('t1', '1m', {amount: 200}), transaction('t1', '1m', {amount: 5})]
    const {alerts, deadLetters, ledger} = await run(LARGE, lines)
    expect(alerts).toEqual(['large t1'])
    expect(deadLetters.map(({reason}) => reason)).toEqual(['id_conflict'])
    expect(ledger.transactions).toMatchObject({in: 2, accepted: 1, dead_lettered: 1})
  })
})

describe('an event out of order', () => {
  it('that voids an alert retracts it once, under the same id', async () => {
    const lines = [transaction('t1', '1m'), transaction('t3', '3m'), transaction('t2', '2m')]
    const outcome = await run(EXACTLY_TWO, lines)
    expect([...history(outcome)].sort()).toEqual(['opened t2 0', 'opened t3 0', 'retracted t3 1'])
    const [opened, retracted] = outcome.records.filter(({anchor}) => anchor.id === 't3')
    expect(retracted?.alert_id).toBe(opened?.alert_id)
    expect(outcome.alerts).toEqual(['exactly-two t2'])
    expect(outcome.decisions.t3).toMatchObject({decision: 'approve', revision: 1, rules: []})
  })

  it("that creates an alert in the past opens it, stamped with its anchor's time", async () => {
    const lines = [transaction('t2', '2m'), transaction('t9', '9m', {amount: 5}), transaction('t1', '1m')]
    const {records, decisions} = await run(TWO_SMALL, lines)
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({
      type: 'alert.opened',
      revision: 0,
      anchor: {stream: 'transactions', id: 't2'},
      event_time: '2026-01-01T00:02:00.000Z',
      late: true,
    })
    expect(decisions.t2).toMatchObject({decision: 'review', revision: 1})
  })

  it('leaves the same alerts as the events in order', async () => {
    for (const lines of permutations([1, 2, 3, 4].map((n) => transaction(`t${n}`, `${n * 2}m`)))) {
      expect((await run(EXACTLY_TWO, lines)).alerts).toEqual(['exactly-two t2'])
    }
  })
})

describe('locations at 10, 14 and 20, the second one arriving last, and a transaction at 15', () => {
  const purchase = transaction('t1', '15m')

  it('join the transaction with the one at 14', async () => {
    const lines = [
      fix('l10', '10m', {lat: 10}),
      purchase,
      fix('l20', '20m', {lat: 20}),
      fix('l14', '14m', {lat: 14}),
    ]
    const outcome = await run(NORTH, lines)
    expect(history(outcome)).toEqual(['opened t1 0'])
    expect(outcome.records[0]?.events.map(({id}) => id)).toEqual(['t1'])
  })

  it('join it with one at exactly 15', async () => {
    const lines = [purchase, fix('l10', '10m', {lat: 10}), fix('l15', '15m', {lat: 14})]
    for (const order of permutations(lines)) expect((await run(NORTH, order)).alerts).toEqual(['north t1'])
  })

  it('are followed as more of them arrive: opened, retracted, opened again', async () => {
    const lines = [
      fix('l10', '10m', {lat: 14}),
      purchase,
      fix('l12', '12m', {lat: 12}),
      fix('l14', '14m', {lat: 14}),
    ]
    const outcome = await run(NORTH, lines)
    expect(history(outcome)).toEqual(['opened t1 0', 'retracted t1 1', 'opened t1 2'])
    expect(new Set(outcome.records.map(({alert_id}) => alert_id)).size).toBe(1)
  })
})

describe('what is missing', () => {
  const missingInput = async (when: string, fields: object = {}, key = 'user_id') => {
    const rule = `${HEADER.replace('user_id', key)}id: asks
match:
  event: {as: tx, stream: transactions}
  when: '${when}'
`
    const {alerts, counts, decisions} = await run(rule, [transaction('t1', 0, fields)])
    expect(alerts).toEqual([])
    expect(decisions.t1?.decision).toBe('approve')
    return counts.asks?.missing_input
  }

  it.each([
    ['a location', 'distance_miles(location, tx) > 1.0', {lat: 1, lon: 1}],
    ["a location's field", 'location.accuracy_m > 1.0', {}],
    ['a merchant', 'merchant.risk >= 0.0', {merchant_id: 'm1'}],
    ['a field', 'tx.mcc == "7995"', {}],
    ['a field that is null', 'tx.mcc != "7995"', {mcc: null}],
    ['an id that is empty', 'tx.card_id != "c1"', {card_id: ''}],
    ['an unknown field', 'tx.my_field > 1.0', {}],
    ['an unknown currency', 'tx.amount_usd >= 0.0', {currency: 'XXX'}],
    ['a number that is none', '(tx.amount - tx.amount) / (tx.amount - tx.amount) > -1.0', {}],
  ])('gives no match and is counted: %s', async (_, when, fields) => {
    expect(await missingInput(when, fields)).toBe(1)
  })

  it.each([null, '', undefined])('as a key (%o) belongs to no history', async (card_id) => {
    await missingInput('tx.amount > 0.0', {card_id}, 'card_id')
  })

  it('does not keep another condition from holding', async () => {
    const rule = LARGE.replace('tx.amount > 100.0', "tx.mcc == '7995' || tx.amount > 100.0")
    expect((await run(rule, [transaction('t1', 0, {amount: 200})])).alerts).toEqual(['large t1'])
  })
})

describe('an idle partition', () => {
  it('does not hold back another one', async () => {
    const in0 = ['1m', '2m', '3m'].map((offset, i) => transaction(`t${i}`, offset))
    const in1 = {...transaction('other', 0, {user_id: 'u2'}), partition: 1}
    const alone = await run(LARGE, in0)
    const {partitions} = await run(LARGE, [in1, ...in0])
    const watermarks = partitions.map(({number, watermark}) => [number, watermark])
    expect(watermarks).toContainEqual([0, alone.partitions[0]?.watermark])
    expect(watermarks).toContainEqual([0, at('3m') - 5_001])
  })

  it('is one whose input, quiet for the idle timeout, no longer holds back the other', async () => {
    const arriving = (line: GoldenLine, offset: string) => ({...line, arrival_time: at(offset)})
    const lines = [
      arriving(fix('l1', '10s'), '10s'),
      arriving(transaction('t1', '20s'), '20s'),
      arriving(transaction('t2', '39s'), '39s'),
    ]
    const before = await run(LARGE, lines)
    expect(before.partitions[0]?.watermark).toBe(at('10s') - 5_001)
    const later = await run(LARGE, [...lines, arriving(transaction('t3', '40s'), '40s')])
    expect(later.partitions[0]?.watermark).toBe(at('40s') - 5_001)
  })
})

it('one event a day in the future is refused, and the next honest event is on time', async () => {
  const arriving = (line: GoldenLine) => ({...line, arrival_time: at('1h')})
  const {deadLetters, ledger, partitions, decisions} = await run(LARGE, [
    arriving(fix('l1', '59m')),
    arriving(transaction('t1', '59m')),
    arriving(transaction('future', '25h')),
    arriving(transaction('t2', '59m')),
  ])
  expect(deadLetters).toMatchObject([{reason: 'future_event_time', stage: 'admit', origin: {offset: 2}}])
  expect(ledger.transactions).toEqual({in: 3, accepted: 2, duplicate: 0, late: 0, dead_lettered: 1})
  expect(partitions[0]?.watermark).toBe(at('59m') - 5_001)
  expect(Object.keys(decisions)).toEqual(['t1', 't2'])
})

describe('memory', () => {
  it('returns to the baseline after the retention of keys that begin and never finish', async () => {
    const users = 1_000
    const begun = Array.from({length: users}, (_, i) => transaction(`t${i}`, i, {user_id: `u${i}`}))
    // A key is dropped with the batches that come after its retention.
    const later = Array.from({length: 2_000}, (_, i) =>
      transaction(`later-${i}`, at('34h') - at(0) + i * 1_000, {user_id: 'late-user', amount: 5}),
    )
    const kept = ({partitions}: GoldenRun) =>
      begun.filter(({event}) => partitions[0]?.users.keys.get(String(event.user_id)) !== undefined).length
    expect(kept(await run(TWO_SMALL, begun))).toBe(users)
    expect(kept(await run(TWO_SMALL, [...begun, ...later]))).toBe(0)
  })

  it('of a hot key does not grow with its events, and an evaluation that reaches the cap says so', async () => {
    const settings = {...SETTINGS, historyCap: 50}
    const afterEvents = (count: number) => {
      const every10s = Array.from({length: count}, (_, i) => transaction(`t${i}`, i * 10_000))
      return run(TWO_SMALL, every10s, settings)
    }
    const kept = ({partitions}: GoldenRun) =>
      partitions[0]?.users.keys.get('u1')?.history.series(2)?.events.length
    const short = await afterEvents(1_024)
    const long = await afterEvents(2_048)
    expect(kept(long)).toBe(kept(short))
    expect(kept(long)).toBeLessThan(1_024)
    expect(long.standing[5]).toMatchObject({anchor: {id: 't6'}, truncated: false})
    expect(long.standing.at(-1)).toMatchObject({anchor: {id: 't2047'}, truncated: true})
    // The newest 50 before the anchor, and the anchor.
    expect(long.standing.at(-1)?.events).toHaveLength(51)
    expect(long.counts['two-small']?.truncated).toBeGreaterThan(0)
  })
})

describe('a rule that is not live', () => {
  const lines = [transaction('t1', 0, {amount: 200})]

  it('as a shadow opens alerts and never changes a decision', async () => {
    const {alerts, records, decisions, decisionRecords} = await run(`mode: shadow\n${LARGE}`, lines)
    expect(alerts).toEqual(['large t1'])
    expect(records[0]?.mode).toBe('shadow')
    expect(decisions.t1).toMatchObject({decision: 'approve', revision: 0, rules: [], reasons: []})
    expect(decisionRecords).toHaveLength(1)
  })

  it('as a shadow does not let a decline through either', async () => {
    const decline = LARGE.replace('id: large', 'id: declines').replace('review', 'decline')
    const allow = `mode: shadow\n${LARGE.replace('id: large', 'id: allows').replace('review', 'approve').replace('50', '99')}`
    expect((await run([decline, allow], lines)).decisions.t1?.decision).toBe('decline')
  })

  it('as off does nothing', async () => {
    const {alerts, decisions, counts} = await run([`mode: off\n${LARGE}`, TWO_SMALL], lines)
    expect(alerts).toEqual([])
    expect(decisions.t1?.rules).toEqual([])
    expect(Object.keys(counts)).toEqual(['two-small'])
  })
})
