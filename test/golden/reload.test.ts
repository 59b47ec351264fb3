import {describe, expect, it} from 'vitest'
import type {Bundle} from '../../src/core/bundle/bundle.js'
import type {AlertRecord, DecisionRecord} from '../../src/core/decision/records.js'
import {bundleOf, SETTINGS} from '../support/engine/collected-run.js'
import {type LoggedActivation, type LoggedEvent, logRun} from '../support/engine/log-run.js'
import {at, fix, transaction} from './golden-run.js'

/** Rules that differ in what the tests say. */
function rule(id: string, version: number, rest: object): object {
  return {
    schema: 'tripline/rule/v1',
    id,
    version,
    title: id,
    key: 'user_id',
    severity: 'low',
    action: 'review',
    score: 50,
    ...rest,
  }
}

const over = (amount: number) => ({
  match: {event: {as: tx, stream: 'transactions'}, when: `tx.amount > ${amount}.0`},
})
const tx = 'tx'

const countIn = (span: string, count: number) => ({
  match: {window: {as: tx, stream: 'transactions', span}, having: `count() >= ${count}`},
})

const activate = (bundle: Bundle, offset: string, ...backfill: string[]): LoggedActivation => ({
  activate: bundle,
  at: at(offset),
  backfill,
})

interface Outcome {
  /** `<rule>@<version> <anchor>`, sorted. */
  readonly alerts: readonly string[]
  /** By transaction: the decision and its hits, as `<decision>: <rule>@<version> …`. */
  readonly decisions: {readonly [transaction: string]: string}
  readonly records: readonly AlertRecord[]
  readonly decisionRecords: readonly DecisionRecord[]
  readonly ledger: unknown
}

/** What comes of it must not depend on how the log is cut, on deaths, or on how many keys fit into memory. */
async function run(first: Bundle, log: readonly (LoggedEvent | LoggedActivation)[]): Promise<Outcome> {
  const undisturbed = await outcomeOf(first, log)
  for (const options of [
    {batchSize: 1},
    {batchSize: 1, lookBackKeys: 1},
    {batchSize: 3, diesAfter: 2},
    {batchSize: 1, lookBackKeys: 1, diesAfter: 1},
  ]) {
    for (const keyCapacity of [0, 1000]) {
      const other = await outcomeOf(first, log, {...options, keyCapacity})
      expect({...other, records: [], decisionRecords: []}).toEqual({
        ...undisturbed,
        records: [],
        decisionRecords: [],
      })
    }
  }
  return undisturbed
}

async function outcomeOf(...args: Parameters<typeof logRun>): Promise<Outcome> {
  const {collected, partition} = await logRun(...args)
  const revisions = new Map<string, number>()
  // A process that died may not have known that it published a record: then the next one publishes it again.
  const records = new Map(
    collected.alertRecords.map((record) => [`${record.alert_id} ${record.revision}`, record]),
  )
  for (const {alert_id, revision} of records.values()) {
    expect(revision, 'revisions without gaps').toBe((revisions.get(alert_id) ?? -1) + 1)
    revisions.set(alert_id, revision)
  }
  return {
    alerts: collected
      .standing()
      .map(({rule: {id, version}, anchor}) => `${id}@${version} ${anchor.id}`)
      .sort(),
    decisions: Object.fromEntries(
      collected.decided().map(({transaction_id, decision, rules}) => {
        const hits = rules.map(({id, version}) => ` ${id}@${version}`).sort()
        return [transaction_id, `${decision}:${hits.join('')}`]
      }),
    ),
    records: collected.alertRecords,
    decisionRecords: collected.decisionRecords,
    ledger: structuredClone(partition.ledger),
  }
}

describe('a rule of a new version', () => {
  const v1 = bundleOf([rule('three-in-an-hour', 1, countIn('1h', 3))])
  const v2 = bundleOf([rule('three-in-an-hour', 2, countIn('1h', 3))])
  const log = [
    transaction('t1', '1m'),
    transaction('t2', '2m'),
    transaction('t3', '3m'),
    activate(v2, '210s'),
    transaction('t4', '4m'),
  ]

  it('alerts for anchors from its activation on, and sees what came before as context', async () => {
    const {alerts, records} = await run(v1, log)
    expect(alerts).toEqual(['three-in-an-hour@1 t3', 'three-in-an-hour@2 t4'])
    expect(records.at(-1)?.events.map(({id}) => id)).toEqual(['t1', 't2', 't3', 't4'])
    expect(records.map(({bundle}) => bundle)).toEqual([v1.id, v2.id])
  })

  it('leaves the alerts and hits of the old one as they are', async () => {
    const voiding = fix('never', '150s')
    const {alerts, decisions} = await run(v1, [...log, voiding])
    expect(alerts).toContain('three-in-an-hour@1 t3')
    expect(decisions.t3).toBe('review: three-in-an-hour@1')
    expect(decisions.t4).toBe('review: three-in-an-hour@2')
  })

  it('looks at an anchor of the moment of its activation, and at none a millisecond before', async () => {
    const {alerts} = await run(v1, [
      transaction('a', '1m'),
      transaction('b', '2m'),
      activate(v2, '10m'),
      {...transaction('before', at('10m') - at(0) - 1), arrival_time: at('10m')},
      transaction('at', '10m'),
    ])
    expect(alerts).toEqual(['three-in-an-hour@2 at'])
  })

  it('with backfill looks at once at every anchor that is not settled', async () => {
    const backfilled = [...log.slice(0, 3), activate(v2, '210s', 'three-in-an-hour'), ...log.slice(4)]
    const {alerts, decisions, decisionRecords} = await run(v1, backfilled)
    expect(alerts).toEqual(['three-in-an-hour@1 t3', 'three-in-an-hour@2 t3', 'three-in-an-hour@2 t4'])
    expect(decisions.t3).toBe('review: three-in-an-hour@1 three-in-an-hour@2')
    expect(decisionRecords.filter(({transaction_id}) => transaction_id === 't3').at(-1)?.revision).toBe(1)
  })

  it('with backfill leaves alone what is settled', async () => {
    const {alerts} = await run(v1, [
      ...['1m', '2m', '3m'].map((offset, i) => transaction(`old${i}`, offset, {user_id: 'u2'})),
      ...[fix('l1', '40m'), transaction('t0', '40m')],
      activate(v2, '41m', 'three-in-an-hour'),
      transaction('t1', '42m'),
    ])
    expect(alerts).toEqual(['three-in-an-hour@1 old2'])
  })
})

describe('a rule that stays the same', () => {
  const same = rule('hourly', 1, {cooldown: '1h', ...over(10)})
  const before = bundleOf([same, rule('gone', 1, over(1000))])
  const after = bundleOf([rule('added', 1, over(20)), {...same, title: 'another title'}])

  it('goes on without a seam: its firings, their evidence, the chain of its cooldown', async () => {
    const {alerts, records, decisions} = await run(before, [
      transaction('t1', '1m', {amount: 15}),
      activate(after, '2m'),
      transaction('t2', '5m', {amount: 15}),
      transaction('t0', '30s', {amount: 15}),
    ])
    expect(alerts).toEqual(['hourly@1 t0'])
    expect(records.map(({type, anchor}) => `${type} ${anchor.id}`)).toEqual([
      'alert.opened t1',
      'alert.opened t0',
      'alert.retracted t1',
    ])
    expect(decisions).toEqual({t0: 'review: hourly@1', t1: 'review: hourly@1', t2: 'review: hourly@1'})
  })

  it('keeps what it counted', async () => {
    const log = [
      transaction('t1', '1m', {amount: 15}),
      activate(after, '2m'),
      transaction('t2', '5m', {amount: 15}),
    ]
    for (const options of [{}, {batchSize: 1, diesAfter: 1}]) {
      const {partition} = await logRun(before, log, options)
      const counts = partition.bundle.rules.map(({id, index}) => [id, partition.counters[index]])
      expect(Object.fromEntries(counts)).toMatchObject({
        hourly: {alerts: 1, suppressed: 1},
        added: {alerts: 0},
      })
    }
  })
})

describe('a rule that waits for something to be absent', () => {
  const sequence = {
    match: {
      sequence: {
        within: '10m',
        steps: [
          {as: 'first', stream: 'transactions', when: 'first.amount > 10.0'},
          {absent: 'second', stream: 'transactions', when: 'second.amount < 5.0'},
        ],
      },
    },
  }
  const waits = rule('no-small-one', 1, sequence)
  const with1 = bundleOf([waits])
  const with2 = bundleOf([{...waits, version: 2}])
  const withBoth = bundleOf([waits, rule('other', 1, over(1000))])
  const large = (offset: string) => transaction(`large-${offset}`, offset, {amount: 20})
  const later = [fix('l-later', '30m'), transaction('later', '30m', {amount: 7})]

  it('goes on waiting under the next bundle', async () => {
    const {alerts} = await run(with1, [large('1m'), activate(withBoth, '2m'), ...later])
    expect(alerts).toEqual(['no-small-one@1 large-1m'])
  })

  it('waits no more once it is stopped', async () => {
    const {alerts} = await run(with1, [large('1m'), activate(with2, '2m'), ...later])
    expect(alerts).toEqual([])
  })

  it('fires for what was absent by the time of the activation', async () => {
    const {alerts} = await run(with1, [large('1m'), fix('l1', '1m'), activate(with2, '12m'), ...later])
    expect(alerts).toEqual(['no-small-one@1 large-1m'])
  })

  it('that runs again after it was stopped does not go on waiting', async () => {
    const {alerts} = await run(with1, [
      large('1m'),
      activate(with2, '2m'),
      activate(with1, '3m'),
      large('4m'),
      ...later,
    ])
    expect(alerts).toEqual(['no-small-one@1 large-4m'])
  })

  it('that is backfilled waits for the rest of the time', async () => {
    const {alerts} = await run(with1, [large('1m'), activate(with2, '2m', 'no-small-one'), ...later])
    expect(alerts).toEqual(['no-small-one@2 large-1m'])
  })
})

describe('a rule that is backfilled and joins the merchant', () => {
  const risky = {match: {event: {as: tx, stream: 'transactions'}, when: 'merchant.risk > 0.5'}}
  const profile = (risk: number, validFrom: string, arrival: string): LoggedEvent => ({
    stream: 'merchants',
    event: {merchant_id: 'm1', risk, event_time: at(validFrom)},
    arrival_time: at(arrival),
  })

  it('does not see a profile that comes when its anchors are settled, however long it takes to look at all keys', async () => {
    const users = ['u1', 'u2', 'u3', 'u4', 'u5']
    const pay = (user_id: string) => transaction(`t-${user_id}`, '2m', {user_id, merchant_id: 'm1'})
    const {alerts} = await run(bundleOf([rule('large', 1, over(1000))]), [
      profile(0.9, '1m', '1m'),
      ...users.map(pay),
      activate(bundleOf([rule('large', 1, over(1000)), rule('risky', 1, risky)]), '3m', 'risky'),
      fix('l1', '1h'),
      transaction('later', '1h'),
      profile(0.1, '90s', '1h'),
    ])
    expect(alerts).toEqual(users.map((user) => `risky@1 t-${user}`))
  })
})

describe('a bundle from before, activated again', () => {
  const v1 = bundleOf([rule('large', 1, over(10))])
  const v2 = bundleOf([rule('large', 2, over(100))])
  const pay = (id: string, offset: string) => transaction(id, offset, {amount: 50})

  it('goes on from this activation: what came in between is not looked at', async () => {
    const {alerts} = await run(v1, [
      pay('a', '1m'),
      activate(v2, '2m'),
      pay('b', '3m'),
      activate(v1, '4m'),
      pay('c', '5m'),
    ])
    expect(alerts).toEqual(['large@1 a', 'large@1 c'])
  })

  it('opens no alert a second time, whatever it looks at again', async () => {
    const {alerts, records} = await run(v1, [
      pay('a', '1m'),
      activate(v2, '2m'),
      pay('b', '3m'),
      activate(v1, '4m', 'large'),
      pay('c', '5m'),
    ])
    expect(alerts).toEqual(['large@1 a', 'large@1 b', 'large@1 c'])
    expect(records.filter(({anchor}) => anchor.id === 'a')).toHaveLength(1)
  })
})

describe('rules by other keys', () => {
  const byMerchant = (version: number) =>
    rule('busy-merchant', version, {key: 'merchant_id', ...countIn('1h', 2)})
  const at2 = (id: string, offset: string, user_id: string) =>
    transaction(id, offset, {user_id, merchant_id: 'm1'})

  it('are reloaded and backfilled as well, and revise the decisions of the users', async () => {
    const {alerts, decisions} = await run(bundleOf([byMerchant(1)]), [
      at2('t1', '1m', 'u1'),
      at2('t2', '2m', 'u2'),
      activate(bundleOf([byMerchant(2)]), '3m', 'busy-merchant'),
      at2('t3', '4m', 'u3'),
    ])
    expect(alerts).toEqual(['busy-merchant@1 t2', 'busy-merchant@2 t2', 'busy-merchant@2 t3'])
    expect(decisions.t2).toBe('review: busy-merchant@1 busy-merchant@2')
  })

  it('that are the first of their key begin with an empty history', async () => {
    const {alerts} = await run(bundleOf([rule('other', 1, over(1000))]), [
      at2('t1', '1m', 'u1'),
      activate(bundleOf([byMerchant(1)]), '3m'),
      at2('t2', '4m', 'u2'),
      at2('t3', '5m', 'u3'),
    ])
    expect(alerts).toEqual(['busy-merchant@1 t3'])
  })
})

describe('a field that the bundle before did not keep', () => {
  const plain = bundleOf([rule('large', 1, over(1000))])
  const byMcc = bundleOf([
    rule('large', 1, over(1000)),
    rule('same-shop-kind', 1, {
      match: {
        window: {as: tx, stream: 'transactions', span: '1h', when: "tx.mcc == '7995'"},
        having: 'count() >= 2',
      },
    }),
  ])

  it('is read again from the log, also for events that are in memory', async () => {
    const {alerts} = await run(plain, [
      transaction('t1', '1m', {mcc: '7995'}),
      transaction('t2', '2m', {mcc: '1234'}),
      activate(byMcc, '3m'),
      transaction('t3', '4m', {mcc: '7995'}),
    ])
    expect(alerts).toEqual(['same-shop-kind@1 t3'])
  })

  it('makes the rule exact at once where the log holds enough', async () => {
    const {partition} = await logRun(plain, [transaction('t1', '1m', {mcc: '7995'}), activate(byMcc, '3m')])
    const term = partition.inForce.rules.find(({id}) => id === 'same-shop-kind')
    expect(term).toEqual({id: 'same-shop-kind', version: 1, since: at('3m'), exactFrom: at('3m')})
  })
})

describe('an activation', () => {
  const large = bundleOf([rule('large', 1, over(10))])
  const other = bundleOf([rule('large', 2, over(10))])

  it('is no input: the accounts do not know it', async () => {
    const {ledger} = await run(large, [
      transaction('t1', '1m'),
      activate(other, '2m'),
      transaction('t1', '1m'),
      transaction('t2', '3m'),
    ])
    expect(ledger).toMatchObject({
      transactions: {in: 3, accepted: 2, duplicate: 1, late: 0, dead_lettered: 0},
    })
    expect(ledger).not.toHaveProperty('tripline.control')
  })

  it('of more lateness lets nothing come back that was late before', async () => {
    const patient = bundleOf([rule('large', 1, over(10))], {
      ...SETTINGS,
      time: {...SETTINGS.time, allowedLateness: 3_600_000},
    })
    const {alerts, ledger} = await run(large, [
      transaction('t1', '1h'),
      fix('l1', '1h'),
      activate(patient, '61m'),
      transaction('late', '49m', {amount: 20, user_id: 'u2'}),
      transaction('not-late', '55m', {amount: 20, user_id: 'u2'}),
    ])
    expect(alerts).toEqual(['large@1 not-late'])
    expect(ledger).toMatchObject({transactions: {accepted: 2, late: 1}})
  })
})
