import {describe, expect, it} from 'vitest'
import {SETTINGS} from '../support/engine/collected-run.js'
import {fix, type GoldenLine, run, transaction as tx} from './golden-run.js'
import {evidence, sequence} from './sequence-rule.js'

const PROBE = `{as: probe, stream: transactions, when: 'probe.amount < 2.0'}`
const BIG = `{as: big, stream: transactions, when: 'big.amount > 500.0'}`

const between = (count: number, fields: object = {}): readonly GoldenLine[] =>
  Array.from({length: count}, (_, i) => tx(`m${i}`, 1_000 + i, {amount: 50, ...fields}))

const big = (fields: object = {}): GoldenLine => tx('t9', '9m', {amount: 600, ...fields})

describe('the cap of the history', () => {
  const settings = {...SETTINGS, historyCap: 5}
  const truncated = async (rule: string, lines: readonly GoldenLine[]) => {
    const outcome = await run(rule, lines, settings)
    const [alert] = outcome.standing
    return {
      evidence: evidence(outcome),
      flagged: alert?.truncated,
      counted: outcome.counts['a-sequence']?.truncated,
    }
  }

  it('lets an evaluation look at so many events of a stream before the anchor, and counts that there were more', async () => {
    const rule = sequence([PROBE, BIG])
    expect(await truncated(rule, [tx('t1', 0), ...between(4), big()])).toEqual({
      evidence: ['probe t1, big t9'],
      flagged: false,
      counted: 0,
    })
    expect(await truncated(rule, [tx('t1', 0), ...between(5), big()])).toEqual({
      evidence: [],
      flagged: undefined,
      counted: 1,
    })
  })

  it('flags an alert for which older events would have been looked at', async () => {
    const rule = sequence([PROBE.replace('}', ', times: 1..}'), BIG])
    const lines = [tx('t0', 0), tx('t1', 1), ...between(4), big()]
    expect(await truncated(rule, lines)).toEqual({evidence: ['probe t1, big t9'], flagged: true, counted: 1})
  })

  it('counts the events of each stream by itself', async () => {
    const fixes = Array.from({length: 20}, (_, i) => fix(`l${i}`, 500 + i))
    const rule = sequence([PROBE, '{as: moved, stream: locations}', BIG])
    expect((await truncated(rule, [tx('t1', 0), ...fixes, ...between(4), big()])).evidence).toEqual([
      'probe t1, moved l19, big t9',
    ])
  })

  it('does not matter where the evidence is newer', async () => {
    const lines = [...between(20), tx('t1', '5m'), big()]
    expect(await truncated(sequence([PROBE, BIG]), lines)).toMatchObject({flagged: false, counted: 0})
  })
})

describe('the budget of steps', () => {
  // Every pair of a and b has to be tried: which of them agree only shows with both.
  const PAIRS = sequence([
    `{as: a, stream: transactions, when: 'a.amount == 50.0'}`,
    `{as: b, stream: transactions, when: 'b.amount == 50.0 && seconds_between(a, b) > 3600.0'}`,
    BIG,
  ])
  const settings = {...SETTINGS, stepBudget: 1_000}

  it('ends a search that takes more, and counts it', async () => {
    const outcome = await run(PAIRS, [...between(100), big()], settings)
    expect(outcome.alerts).toEqual([])
    expect(outcome.counts['a-sequence']?.truncated).toBe(1)
    const few = await run(PAIRS, [...between(20), big()], settings)
    expect(few.counts['a-sequence']?.truncated).toBe(0)
  })

  it('is not used up by steps that say of every event by itself whether it will do', async () => {
    const steps = ['a', 'b', 'c', 'd'].map(
      (as) => `{as: ${as}, stream: transactions, when: '${as}.amount == 50.0'}`,
    )
    const none = `{as: none, stream: transactions, when: 'none.amount == 51.0'}`
    const outcome = await run(sequence([none, ...steps, BIG]), [...between(200), big()], settings)
    expect(outcome.counts['a-sequence']?.truncated).toBe(0)
  })

  it('is not used up by a group that is too large for one event of the step before it, and so for all older ones', async () => {
    const rule = sequence([
      `{as: open, stream: transactions, when: 'open.amount == 50.0'}`,
      `{as: many, stream: transactions, when: 'many.amount == 50.0', times: 2..4}`,
      `{as: big, stream: transactions, when: 'big.amount > 500.0 && sum(many.amount) > 1000.0'}`,
    ])
    const outcome = await run(rule, [...between(2_000), big()], settings)
    expect(outcome.counts['a-sequence']?.truncated).toBe(0)
  })
})
