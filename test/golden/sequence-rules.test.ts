import {describe, expect, it} from 'vitest'
import {fix, type GoldenLine, history, permutations, run, transaction as tx} from './golden-run.js'
import {evidence, sequence} from './sequence-rule.js'

const shown = async (rule: string, lines: readonly GoldenLine[]): Promise<readonly string[]> =>
  evidence(await run(rule, lines))

const HOUR = 3_600_000
const small = (id: string, offset: string | number, fields: object = {}) =>
  tx(id, offset, {amount: 1, ...fields})
const big = (id: string, offset: string | number, fields: object = {}) =>
  tx(id, offset, {amount: 600, ...fields})

const PROBE = `{as: probe, stream: transactions, when: 'probe.amount < 2.0'}`
const BIG = `{as: big, stream: transactions, when: 'big.amount > 500.0'}`

describe('a sequence', () => {
  const CARD_TEST = sequence([
    `{as: probe, stream: transactions, when: 'probe.amount < 2.0', times: 3..}`,
    `{as: big, stream: transactions, when: 'big.amount > 500.0 && big.card_id == probe.card_id'}`,
  ])
  const probes = [1, 2, 3].map((n) => small(`t${n}`, `${n}m`, {card_id: 'c1'}))

  it('fires for the event that completes it, in any order of arrival', async () => {
    for (const lines of permutations([...probes, big('t4', '4m', {card_id: 'c1'})])) {
      const outcome = await run(CARD_TEST, lines)
      expect(outcome.alerts).toEqual(['a-sequence t4'])
      expect(evidence(outcome)).toEqual(['probe t1, probe t2, probe t3, big t4'])
      expect(outcome.standing[0]).toMatchObject({anchor: {id: 't4'}, event_time: '2026-01-01T00:04:00.000Z'})
      expect(outcome.decisions.t4?.decision).toBe('review')
      expect(outcome.decisions.t3?.decision).toBe('approve')
    }
  })

  it('does not fire for another card than that of the last small amount', async () => {
    expect(await shown(CARD_TEST, [...probes, big('t4', '4m', {card_id: 'c2'})])).toEqual([])
    const another = small('t3b', '3m', {card_id: 'c2'})
    expect(await shown(CARD_TEST, [...probes, another, big('t4', '4m', {card_id: 'c1'})])).toEqual([])
  })

  it('fires for every event that completes one', async () => {
    const {alerts} = await run(sequence([PROBE, BIG]), [small('t1', 0), big('t2', 1), big('t3', 2)])
    expect(alerts).toEqual(['a-sequence t2', 'a-sequence t3'])
  })

  it('takes first and last events that lie exactly `within` apart, and not 1 ms more', async () => {
    const rule = sequence([PROBE, BIG])
    expect(await shown(rule, [small('t1', 0), big('t2', HOUR)])).toEqual(['probe t1, big t2'])
    expect(await shown(rule, [small('t1', 0), big('t2', HOUR + 1)])).toEqual([])
  })

  it('needs two events for two steps with the same condition', async () => {
    const twice = sequence([PROBE, `{as: again, stream: transactions, when: 'again.amount < 2.0'}`])
    expect(await shown(twice, [small('t1', 0)])).toEqual([])
    expect(await shown(twice, [small('t1', 0), small('t2', 0)])).toEqual(['probe t1, again t2'])
  })

  it('needs its events in the order of its steps: at one instant that of the streams, then the ids', async () => {
    const rule = sequence([PROBE, BIG])
    expect(await shown(rule, [big('t1', 0), small('t2', 1)])).toEqual([])
    expect(await shown(rule, [small('a', 0), big('b', 0)])).toEqual(['probe a, big b'])
    expect(await shown(rule, [small('b', 0), big('a', 0)])).toEqual([])
    const fixFirst = sequence(['{as: at, stream: locations}', BIG])
    const fixLast = sequence([BIG, '{as: at, stream: locations}'])
    expect(await shown(fixFirst, [fix('z', 0), big('a', 0)])).toEqual(['at z, big a'])
    expect(await shown(fixLast, [fix('a', 0), big('z', 0)])).toEqual([])
  })

  it('of one step with one event is that event', async () => {
    expect(await shown(sequence([BIG]), [small('t1', 0), big('t2', 1)])).toEqual(['big t2'])
  })

  it('may be about one card of a user', async () => {
    const rule = sequence(
      [PROBE, `{absent: other, stream: transactions, when: 'other.amount == 50.0'}`, BIG],
      {
        key: 'card_id',
      },
    )
    const of = (card_id: string) => ({card_id})
    const lines = [small('t1', 0, of('c1')), small('t2', 1, of('c2')), big('t3', 2, of('c1'))]
    expect(await shown(rule, lines)).toEqual(['probe t1, big t3'])
    expect(await shown(rule, [small('t1', 0, of('c1')), big('t3', 2, of('c2'))])).toEqual([])
    const ofOther = tx('t0', 1, {amount: 50, card_id: 'c2'})
    expect(await shown(rule, [...lines, ofOther])).toEqual(['probe t1, big t3'])
    expect(await shown(rule, [...lines, tx('t0', 1, {amount: 50, card_id: 'c1'})])).toEqual([])
  })
})

describe('a condition', () => {
  it('may name what earlier steps have bound', async () => {
    const rule = sequence([
      '{as: a, stream: transactions}',
      `{as: b, stream: transactions, when: 'b.amount > a.amount'}`,
      `{as: c, stream: transactions, when: 'c.amount > a.amount + b.amount'}`,
    ])
    const amounts = (...each: readonly number[]) => each.map((amount, i) => tx(`t${i}`, i, {amount}))
    expect(await shown(rule, amounts(1, 2, 4))).toEqual(['a t0, b t1, c t2'])
    expect(await shown(rule, amounts(1, 2, 3))).toEqual([])
  })

  it('sees the location and the merchant of the transaction that it tests', async () => {
    const rule = sequence([
      `{as: home, stream: transactions, when: 'location.lat < 10.0'}`,
      `{as: away, stream: transactions, when: 'location.lat > 50.0 && away.card_id == home.card_id'}`,
    ])
    const lines = [
      fix('l1', 0, {lat: 1}),
      tx('t1', 1, {card_id: 'c1'}),
      fix('l2', 2, {lat: 60}),
      tx('t2', 3, {card_id: 'c1'}),
    ]
    for (const order of permutations(lines)) expect(await shown(rule, order)).toEqual(['home t1, away t2'])
  })

  it('of an absence is looked at again when a location arrives late', async () => {
    const rule = sequence([PROBE, `{absent: away, stream: transactions, when: 'location.lat > 50.0'}`, BIG])
    const lines = [small('t1', 0), tx('t2', 5, {amount: 20}), big('t3', 9)]
    expect(await shown(rule, [...lines, fix('l1', 4, {lat: 10})])).toEqual(['probe t1, big t3'])
    for (const order of permutations([...lines, fix('l1', 4, {lat: 60})]))
      expect(await shown(rule, order)).toEqual([])
  })
})

describe('the evidence', () => {
  it('is the newest event for each step', async () => {
    const lines = [small('t1', 0), small('t2', 1), big('t3', 2)]
    expect(await shown(sequence([PROBE, BIG]), lines)).toEqual(['probe t2, big t3'])
  })

  it('is the newest event with which the rest can still be satisfied, which need not be the newest', async () => {
    const rule = sequence([
      '{as: a, stream: transactions}',
      `{as: b, stream: transactions, when: 'b.amount == a.amount * 2.0'}`,
      `{as: c, stream: transactions, when: 'c.amount > 500.0'}`,
    ])
    // 30 is the newest that could be b, but nothing before it is half of it.
    const lines = [
      tx('a1', 0, {amount: 10}),
      tx('b1', 1, {amount: 20}),
      tx('b2', 2, {amount: 30}),
      big('c1', 3),
    ]
    expect(await shown(rule, lines)).toEqual(['a a1, b b1, c c1'])
  })

  it('prefers the newer event of a later step to that of an earlier one', async () => {
    const rule = sequence([
      `{as: a, stream: transactions, when: 'a.amount < 2.0'}`,
      `{as: b, stream: transactions, when: 'b.card_id == a.card_id'}`,
      BIG,
    ])
    const on = (card_id: string) => ({card_id, amount: 1})
    const lines = [tx('a1', 0, on('x')), tx('a2', 1, on('y')), tx('b1', 2, on('y')), tx('b2', 3, on('x'))]
    expect(await shown(rule, [...lines, big('t', 4)])).toEqual(['a a1, b b2, big t'])
  })

  it('changes when an event out of order is newer: the alert is amended', async () => {
    const outcome = await run(sequence([PROBE, BIG]), [small('t1', 0), big('t3', 9), small('t2', 5)])
    expect(history(outcome)).toEqual(['opened t3 0', 'amended t3 1'])
    expect(evidence(outcome)).toEqual(['probe t2, big t3'])
  })
})

describe('a group', () => {
  const probes = (times: string) =>
    `{as: probe, stream: transactions, when: 'probe.amount < 2.0', times: ${times}}`
  const smalls = (count: number) => Array.from({length: count}, (_, i) => small(`t${i}`, i))

  it.each([
    ['2', [2]],
    ['2..4', [2, 3, 4]],
    ['2..', [2, 3, 4, 5, 6]],
    ['1', [1]],
  ])('of times: %s has %j events', async (times, sizes) => {
    const rule = sequence([probes(times), BIG])
    for (const size of [0, 1, 2, 3, 4, 5, 6]) {
      const {alerts} = await run(rule, [...smalls(size), big('t9', 9)])
      expect(alerts).toEqual(sizes.includes(size) ? ['a-sequence t9'] : [])
    }
  })

  it('binds all events that satisfy it strictly between its neighbours and inside `within`', async () => {
    const rule = sequence([probes('1..'), BIG])
    const lines = [small('t0', 0), small('t1', 1), big('t2', 2), tx('t3', 3, {amount: 50}), small('t4', HOUR)]
    const last = big('t5', HOUR + 1)
    expect(await shown(rule, [...lines, last])).toEqual([
      'probe t0, probe t1, big t2',
      'probe t1, probe t4, big t5',
    ])
    const between = sequence([
      `{as: open, stream: transactions, when: 'open.amount > 500.0'}`,
      probes('1..'),
      BIG,
    ])
    expect(await shown(between, [big('t0', 0), ...smalls(3).slice(1), big('t5', 5), small('t6', 6)])).toEqual(
      ['open t0, probe t1, probe t2, big t5'],
    )
  })

  it('leaves its range through one more event: the alert is retracted', async () => {
    const rule = sequence([probes('1..2'), BIG])
    const outcome = await run(rule, [small('t1', 1), small('t2', 2), big('t4', 4), small('t3', 3)])
    expect(history(outcome)).toEqual(['opened t4 0', 'retracted t4 1'])
    expect(outcome.decisions.t4).toMatchObject({decision: 'approve', revision: 1})
  })

  it('comes into its range through one more event: the alert is opened', async () => {
    const rule = sequence([probes('2'), BIG])
    const outcome = await run(rule, [small('t1', 1), big('t4', 4), small('t3', 3)])
    expect(history(outcome)).toEqual(['opened t4 0'])
  })

  it('as the last step ends at the anchor', async () => {
    const rule = sequence([BIG, probes('2..')])
    const lines = [big('t0', 0), small('t1', 1), small('t2', 2), small('t3', 3)]
    expect(await shown(rule, lines)).toEqual([
      'big t0, probe t1, probe t2',
      'big t0, probe t1, probe t2, probe t3',
    ])
  })

  it('as the only step has its first event no more than `within` before its last', async () => {
    const rule = sequence([probes('2..')])
    expect(await shown(rule, [small('t1', 0), small('t2', HOUR)])).toEqual(['probe t1, probe t2'])
    expect(await shown(rule, [small('t1', 0), small('t2', HOUR + 1)])).toEqual([])
  })

  it('is tested one member after the other, in view of what is bound before it', async () => {
    const rule = sequence([
      `{as: first, stream: transactions, when: 'first.amount == 100.0'}`,
      `{as: probe, stream: transactions, when: 'probe.amount < first.amount', times: 2}`,
      BIG,
    ])
    const lines = [tx('t0', 0, {amount: 100}), tx('t1', 1, {amount: 99}), tx('t2', 2, {amount: 100})]
    const third = tx('t3', 3, {amount: 98})
    expect(await shown(rule, [...lines, third, big('t5', 5)])).toEqual([
      'first t0, probe t1, probe t3, big t5',
    ])
  })

  it('changes with the events beside it, and with it what conditions that count it ask for', async () => {
    const probes = `{as: probe, stream: transactions, when: 'probe.amount < 2.0', times: 1..}`
    const open = `{as: open, stream: transactions, when: 'open.amount == 100.0'}`
    const opens = (id: string, offset: number) => tx(id, offset, {amount: 100})
    const lines = [small('t1', 1), opens('t2', 2), small('t3', 3), opens('t4', 4), tx('t5', 5, {amount: 20})]
    const absent = `{absent: check, stream: transactions, when: 'check.amount == 10.0 * count(probe)'}`
    expect(await shown(sequence([probes, open, absent, BIG]), [...lines, big('t9', 9)])).toEqual([
      'probe t1, open t2, big t9',
    ])
    const few = `{as: few, stream: transactions, when: 'few.amount == 40.0 - 10.0 * count(probe)', times: 1}`
    const twenties = [tx('t6', 6, {amount: 20}), tx('t0', 3, {amount: 30})]
    expect(await shown(sequence([probes, open, few, BIG]), [...lines, ...twenties, big('t9', 9)])).toEqual([
      'probe t1, open t2, few t0, big t9',
    ])
  })

  it('that is too large after one event may fit after an older one, which its condition names', async () => {
    const rule = sequence([
      `{as: limit, stream: transactions, when: 'limit.card_id == "limit"'}`,
      `{as: below, stream: transactions, when: 'below.amount < limit.amount', times: 1..2}`,
      BIG,
    ])
    const limit = (id: string, offset: number, amount: number) => tx(id, offset, {amount, card_id: 'limit'})
    const three = [3, 4, 5].map((offset) => tx(`t${offset}`, offset, {amount: 150}))
    const lines = [limit('t1', 1, 100), limit('t2', 2, 200), ...three, tx('t6', 6, {amount: 50})]
    expect(await shown(rule, [...lines, big('t9', 9)])).toEqual(['limit t1, below t6, big t9'])
  })

  it.each([
    ['count(probe) == 3', true],
    ['sum(probe.amount) == 50.0', true],
    ['avg(probe.amount) > 16.6 && avg(probe.amount) < 16.7', true],
    ['max(probe.amount) == 30.0 && min(probe.amount) == 5.0', true],
    ['distinct(probe.card_id) == 2', true],
    ['stddev(probe.amount) > 10.0', true],
    ['big.amount > sum(probe.amount) * 12.0', false],
    ['probe.amount == 15.0', true],
    ['probe.amount == 30.0', false],
  ])(
    'is all its events for later steps, and by its name alone the last one: %s is %s',
    async (when, fires) => {
      const rule = sequence([
        `{as: probe, stream: transactions, when: 'probe.amount < 50.0', times: 2..}`,
        `{as: big, stream: transactions, when: 'big.amount > 500.0 && ${when}'}`,
      ])
      const amounts = [30, 5, 15].map((amount, i) => tx(`t${i}`, i, {amount, card_id: `c${i % 2}`}))
      const {alerts} = await run(rule, [...amounts, big('t9', 9)])
      expect(alerts).toEqual(fires ? ['a-sequence t9'] : [])
    },
  )
})

describe('next', () => {
  const NEXT = `{as: big, stream: transactions, when: 'big.amount > 500.0', next: true}`

  it('allows no event of the streams of the rule in between, whatever it satisfies', async () => {
    const rule = sequence([PROBE, NEXT])
    expect(await shown(rule, [small('t1', 0), big('t2', 5)])).toEqual(['probe t1, big t2'])
    const between = tx('t', 3, {amount: 50})
    for (const lines of permutations([small('t1', 0), between, big('t2', 5)]))
      expect(await shown(rule, lines)).toEqual([])
    expect(await shown(rule, [small('t1', 0), fix('l', 3), big('t2', 5)])).toEqual(['probe t1, big t2'])
  })

  it('counts the streams of absences and of `until`', async () => {
    const lines = [small('t1', 0), fix('l', 3), big('t2', 5)]
    const never = `{as: never, stream: locations, when: 'never.lat > 80.0'}`
    expect(await shown(sequence([PROBE, NEXT], {until: never}), lines)).toEqual([])
    const absent = never.replace('as:', 'absent:')
    expect(await shown(sequence([PROBE, absent, NEXT]), lines)).toEqual([])
    expect(await shown(sequence([PROBE, NEXT, absent]), lines)).toEqual([])
  })

  it('looks at events of the key only', async () => {
    const rule = sequence([PROBE, NEXT], {key: 'card_id'})
    const lines = [
      small('t1', 0, {card_id: 'c1'}),
      tx('t', 1, {card_id: 'c2'}),
      big('t2', 2, {card_id: 'c1'}),
    ]
    expect(await shown(rule, lines)).toEqual(['probe t1, big t2'])
  })

  it('after a group comes right after its last event', async () => {
    const rule = sequence([PROBE.replace('}', ', times: 2..}'), NEXT])
    const lines = [small('t1', 0), tx('t', 1, {amount: 50}), small('t2', 2), big('t4', 4)]
    expect(await shown(rule, lines)).toEqual(['probe t1, probe t2, big t4'])
    expect(await shown(rule, [...lines, tx('u', 3, {amount: 50})])).toEqual([])
  })
})

describe('an absence between two steps', () => {
  const rule = sequence([PROBE, '{absent: moved, stream: locations}', BIG])

  it('looks strictly between them', async () => {
    const around = [fix('l1', 0), small('t1', 0), big('t2', 5), fix('l2', 6)]
    expect(await shown(rule, around)).toEqual(['probe t1, big t2'])
    expect(await shown(rule, [...around, fix('l3', 3)])).toEqual([])
    // At the same instant a location precedes a transaction.
    expect(await shown(rule, [...around, fix('l3', 5)])).toEqual([])
  })

  it('leaves an older event aside for a newer one that it agrees with', async () => {
    const lines = [small('t1', 0), fix('l1', 1), small('t2', 2), big('t3', 5)]
    expect(await shown(rule, lines)).toEqual(['probe t2, big t3'])
  })

  it('may name what the steps before it have bound', async () => {
    const sameCard = sequence([
      PROBE,
      `{absent: check, stream: transactions, when: 'check.amount == 50.0 && check.card_id == probe.card_id'}`,
      BIG,
    ])
    const lines = [small('t1', 0, {card_id: 'c1'}), big('t3', 5)]
    const check = (card_id: string) => tx('t2', 3, {amount: 50, card_id})
    expect(await shown(sameCard, [...lines, check('c2')])).toEqual(['probe t1, big t3'])
    expect(await shown(sameCard, [...lines, check('c1')])).toEqual([])
  })

  it('beside a group begins with its last event and ends with its first', async () => {
    const group = PROBE.replace('}', ', times: 2..}')
    const absent = '{absent: moved, stream: locations}'
    const inside = [small('t1', 1), fix('l', 2), small('t2', 3)]
    expect(await shown(sequence([group, absent, BIG]), [...inside, big('t9', 9)])).toEqual([
      'probe t1, probe t2, big t9',
    ])
    expect(await shown(sequence([group, absent, BIG]), [...inside, fix('l2', 5), big('t9', 9)])).toEqual([])
    expect(await shown(sequence([BIG, absent, group]), [big('t0', 0), ...inside])).toEqual([
      'big t0, probe t1, probe t2',
    ])
    expect(await shown(sequence([BIG, absent, group]), [big('t0', -1), fix('l0', 0), ...inside])).toEqual([])
  })

  it('that comes to be out of order voids the alert', async () => {
    const outcome = await run(rule, [small('t1', 0), big('t2', 5), fix('l', 3)])
    expect(history(outcome)).toEqual(['opened t2 0', 'retracted t2 1'])
  })
})

describe('until', () => {
  const out = (id: string, offset: number) => tx(id, offset, {amount: 50})
  const rule = sequence([PROBE, BIG], {until: `{as: out, stream: transactions, when: 'out.amount == 50.0'}`})

  it('allows no such event strictly between the first and the last', async () => {
    expect(await shown(rule, [out('t0', 0), small('t1', 1), big('t3', 3), out('t4', 4)])).toEqual([
      'probe t1, big t3',
    ])
    expect(await shown(rule, [small('t1', 1), out('t2', 2), big('t3', 3)])).toEqual([])
    expect(await shown(rule, [small('t1', 1), out('t2', 2), small('t2b', 2), big('t3', 3)])).toEqual([
      'probe t2b, big t3',
    ])
  })

  it('does not count the first and the last event, but those between them', async () => {
    const three = (times: string) => `{as: step, stream: transactions${times}}`
    const until = `{as: out, stream: transactions, when: 'out.amount == 50.0'}`
    const lines = [out('t1', 1), out('t2', 2)]
    expect(await shown(sequence([three(', times: 2')], {until}), lines)).toEqual(['step t1, step t2'])
    expect(await shown(sequence([three(', times: 3')], {until}), [...lines, out('t3', 3)])).toEqual([])
  })

  it('may name what the steps have bound', async () => {
    const same = sequence([PROBE, BIG], {
      until: `{as: out, stream: transactions, when: 'out.amount == 50.0 && out.card_id == big.card_id'}`,
    })
    const lines = (card_id: string) => [
      small('t1', 0),
      tx('t2', 1, {amount: 50, card_id}),
      big('t3', 2, {card_id: 'c1'}),
    ]
    expect(await shown(same, lines('c2'))).toEqual(['probe t1, big t3'])
    expect(await shown(same, lines('c1'))).toEqual([])
  })

  it('that names the first event leaves it aside for an older one', async () => {
    const same = sequence([PROBE, BIG], {
      until: `{as: out, stream: transactions, when: 'out.amount == 50.0 && out.card_id == probe.card_id'}`,
    })
    const lines = [small('t1', 1, {card_id: 'c1'}), small('t2', 2, {card_id: 'c2'})]
    expect(await shown(same, [...lines, tx('t3', 3, {amount: 50, card_id: 'c2'}), big('t4', 4)])).toEqual([
      'probe t1, big t4',
    ])
  })
})
