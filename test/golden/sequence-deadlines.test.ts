import {describe, expect, it} from 'vitest'
import {fix, type GoldenLine, history, run, transaction as tx} from './golden-run.js'
import {evidence, sequence} from './sequence-rule.js'

const HOUR = 3_600_000
const big = (id: string, offset: string | number, fields: object = {}) =>
  tx(id, offset, {amount: 600, ...fields})
const confirm = (id: string, offset: string | number) => tx(id, offset, {amount: 50})

const BIG = `{as: big, stream: transactions, when: 'big.amount > 500.0'}`
const UNCONFIRMED = `{absent: confirm, stream: transactions, when: 'confirm.amount == 50.0'}`
const ONE = sequence([BIG, UNCONFIRMED])
const TWO = sequence([`{as: probe, stream: transactions, when: 'probe.amount < 2.0'}`, BIG, UNCONFIRMED])

/** Another user's event, which moves the watermark. */
const later = (id: string, offset: string | number): GoldenLine => tx(id, offset, {user_id: 'u2', amount: 3})

describe('an absence at the end', () => {
  it('is about the last bound event, and its alert is stamped with the deadline', async () => {
    const outcome = await run(TWO, [tx('t1', '1m'), big('t2', '20m')])
    expect(outcome.alerts).toEqual(['a-sequence t2'])
    expect(evidence(outcome)).toEqual(['probe t1, big t2'])
    expect(outcome.standing[0]?.event_time).toBe('2026-01-01T01:01:00.000Z')
    expect(outcome.decisions.t2).toMatchObject({decision: 'review', revision: 1})
  })

  it('is cancelled by an event exactly at the deadline, and not by one 1 ms later', async () => {
    expect((await run(ONE, [big('t1', 0), confirm('t2', HOUR)])).alerts).toEqual([])
    expect((await run(ONE, [big('t1', 0), confirm('t2', HOUR + 1)])).alerts).toEqual(['a-sequence t1'])
  })

  it('counts from the first bound event', async () => {
    const lines = [tx('t1', 0), big('t2', '20m')]
    expect((await run(TWO, [...lines, confirm('t3', HOUR)])).alerts).toEqual([])
    expect((await run(TWO, [...lines, confirm('t3', HOUR + 1)])).alerts).toEqual(['a-sequence t2'])
  })

  it('begins right after the anchor in the total order', async () => {
    expect((await run(ONE, [big('b', 0), confirm('c', 0)])).alerts).toEqual([])
    expect((await run(ONE, [big('b', 0), confirm('a', 0)])).alerts).toEqual(['a-sequence b'])
    const moved = sequence([BIG, '{absent: moved, stream: locations}'])
    expect((await run(moved, [big('b', 5), fix('z', 5)])).alerts).toEqual(['a-sequence b'])
    expect((await run(moved, [big('b', 5), fix('z', 6)])).alerts).toEqual([])
  })

  it('fires when the watermark reaches the deadline, not before', async () => {
    // The watermark is 5 s and 1 ms behind; so many events come in several batches.
    const many = (name: string, offset: number) =>
      Array.from({length: 2_000}, (_, i) => later(`${name}${i}`, offset))
    const lines = [big('t1', 0), ...many('before', HOUR + 5_000), ...many('after', HOUR + 5_001)]
    const {decisionRecords} = await run(ONE, lines)
    const placeOf = (id: string, revision = 0) =>
      decisionRecords.findIndex((record) => record.transaction_id === id && record.revision === revision)
    expect(placeOf('t1', 1)).toBeGreaterThan(placeOf('before1999'))
    expect(placeOf('t1', 1)).toBeLessThan(placeOf('after1999'))
  })

  it('fires at the end of the input, which is the end of time', async () => {
    expect((await run(ONE, [big('t1', 0)])).alerts).toEqual(['a-sequence t1'])
  })

  it('is retracted when what cancels it arrives after it fired, under the same id', async () => {
    // So many that they come in several batches: time reaches the deadline between two of them.
    const meanwhile = Array.from({length: 2_000}, (_, i) => later(`u${i}`, HOUR + 10_000 + i))
    const outcome = await run(ONE, [big('t1', 0), ...meanwhile, confirm('t2', '59m')])
    expect(history(outcome)).toEqual(['opened t1 0', 'retracted t1 1'])
    expect(new Set(outcome.records.map(({alert_id}) => alert_id)).size).toBe(1)
    expect(outcome.decisions.t1).toMatchObject({decision: 'approve', revision: 2, rules: []})
  })

  it('that arrives past its deadline fires at once, or never', async () => {
    const meanwhile = Array.from({length: 2_000}, (_, i) => later(`u${i}`, '9m'))
    const short = sequence([BIG, UNCONFIRMED], {within: '1m'})
    const late = await run(short, [...meanwhile, big('t1', 0)])
    expect(history(late)).toEqual(['opened t1 0'])
    expect(history(await run(short, [...meanwhile, confirm('t2', '1m'), big('t1', 0)]))).toEqual([])
  })

  it('is judged for the evidence that is chosen without it: a newer first event brings a later deadline', async () => {
    const lines = [tx('t1', 0), tx('t2', '10m'), big('t3', '20m')]
    const outcome = await run(TWO, [...lines, confirm('t4', '65m')])
    expect(outcome.alerts).toEqual([])
    expect(evidence(await run(TWO, [...lines, confirm('t4', '71m')]))).toEqual(['probe t2, big t3'])
  })

  it('fires for an older first event, with its earlier deadline, once the newer one is ruled out', async () => {
    const rule = sequence(
      [
        `{as: probe, stream: transactions, when: 'probe.amount < 2.0'}`,
        `{absent: check, stream: transactions, when: 'check.amount == 7.0 && check.card_id == probe.card_id'}`,
        BIG,
        UNCONFIRMED,
      ],
      {within: '9m'},
    )
    const lines = [tx('t1', 0, {card_id: 'c1'}), tx('t2', '1m', {card_id: 'c2'}), big('t3', '2m')]
    const cancelled = [...lines, confirm('t4', 9.5 * 60_000)]
    expect((await run(rule, cancelled)).alerts).toEqual([])
    const outcome = await run(rule, [...cancelled, tx('t0', 90_000, {amount: 7, card_id: 'c2'})])
    expect(evidence(outcome)).toEqual(['probe t1, big t3'])
    expect(outcome.standing[0]?.event_time).toBe('2026-01-01T00:09:00.000Z')
  })

  it('may name what the steps have bound, groups included', async () => {
    const rule = sequence([
      `{as: big, stream: transactions, when: 'big.amount > 500.0', times: 2..}`,
      `{absent: paid, stream: transactions, when: 'paid.type == "topup" && paid.amount >= sum(big.amount)'}`,
    ])
    const topup = (amount: number) => tx('t3', '30m', {type: 'topup', amount})
    const lines = [big('t1', 0), big('t2', '1m')]
    // The top-up is large enough to be a third; the question is about t2.
    const fires = async (amount: number) => (await run(rule, [...lines, topup(amount)])).alerts
    expect(await fires(1200)).not.toContain('a-sequence t2')
    expect(await fires(1199)).toContain('a-sequence t2')
  })

  it('of several: none of them may come', async () => {
    const rule = sequence([BIG, UNCONFIRMED, '{absent: moved, stream: locations}'])
    expect((await run(rule, [big('t1', 0)])).alerts).toEqual(['a-sequence t1'])
    expect((await run(rule, [big('t1', 0), confirm('t2', '5m')])).alerts).toEqual([])
    expect((await run(rule, [big('t1', 0), fix('l', '5m')])).alerts).toEqual([])
  })

  it("of a card is not cancelled by another card's event", async () => {
    const rule = sequence([BIG, UNCONFIRMED], {key: 'card_id'})
    const confirmOf = (card_id: string) => tx('t2', '5m', {amount: 50, card_id})
    expect((await run(rule, [big('t1', 0, {card_id: 'c1'}), confirmOf('c2')])).alerts).toEqual([
      'a-sequence t1',
    ])
    expect((await run(rule, [big('t1', 0, {card_id: 'c1'}), confirmOf('c1')])).alerts).toEqual([])
  })

  it('that is waited for does not lose what other rules said of its anchor', async () => {
    const plain = ONE.replace('id: a-sequence', 'id: at-once').replace(`      - ${UNCONFIRMED}\n`, '')
    const {decisions} = await run([ONE, plain], [big('t1', 0), later('t2', '34h')])
    expect(decisions.t1?.rules.map(({id}) => id)).toEqual(['a-sequence', 'at-once'])
  })

  it('counts for a cooldown by the time of its anchor', async () => {
    const rule = sequence([BIG, UNCONFIRMED], {cooldown: '30m'})
    const lines = [big('t1', 0), big('t2', '29m'), big('t3', '30m')]
    expect((await run(rule, lines)).alerts).toEqual(['a-sequence t1', 'a-sequence t3'])
  })
})
