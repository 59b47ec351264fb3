import {describe, expect, it} from 'vitest'
import {fix, history, permutations, run, transaction} from './golden-run.js'

const HEADER = `schema: tripline/rule/v1
version: 3
title: What a together rule means
key: user_id
severity: high
action: review
score: 80
`

const evidence = (events: readonly {as: string; id: string}[] | undefined): readonly string[] =>
  (events ?? []).map(({as, id}) => `${as} ${id}`)

describe('the founding rule', () => {
  const GEO_JUMP = `${HEADER}id: geo-jump-high-value
match:
  together:
    within: 1h
    anchor: purchase
    of:
      - {as: purchase, stream: transactions, when: 'purchase.amount_usd > 5000.0'}
      - {as: from, stream: locations}
      - {as: to,   stream: locations, after: from, when: 'distance_miles(from, to) > 1000.0'}
`
  const newYork = fix('new-york', '20m', {lat: 40.71, lon: -74})
  const london = fix('london', '30m', {lat: 51.5, lon: -0.12})
  const purchase = transaction('t1', '25m', {amount: 7240})

  it('fires for a large purchase around an impossible move, in any order of arrival', async () => {
    for (const lines of permutations([newYork, london, purchase])) {
      const {alerts, standing, decisions} = await run(GEO_JUMP, lines)
      expect(alerts).toEqual(['geo-jump-high-value t1'])
      expect(evidence(standing[0]?.events)).toEqual(['from new-york', 'purchase t1', 'to london'])
      expect(decisions.t1?.decision).toBe('review')
    }
  })

  it('says that it was completed by an event after its anchor', async () => {
    const {standing} = await run(GEO_JUMP, [newYork, purchase, london])
    expect(standing[0]).toMatchObject({late: true, event_time: '2026-01-01T00:25:00.000Z'})
    expect(
      (await run(GEO_JUMP, [newYork, london, transaction('t1', '31m', {amount: 7240})])).standing[0]?.late,
    ).toBe(false)
  })

  it.each<[string, readonly (typeof purchase)[]]>([
    ['an amount of exactly 5,000', [newYork, london, transaction('t1', '25m', {amount: 5000})]],
    ['a user who does not move', [newYork, purchase]],
    ['a move of 900 miles', [newYork, fix('chicago', '30m', {lat: 41.88, lon: -87.63}), purchase]],
    [
      "another user's move",
      [newYork, fix('london', '30m', {lat: 51.5, lon: -0.12, user_id: 'u2'}), purchase],
    ],
  ])('does not fire for %s', async (_, lines) => {
    expect((await run(GEO_JUMP, lines)).alerts).toEqual([])
  })

  it('takes events that lie exactly an hour apart, and not 1 ms more', async () => {
    const hour = 3_600_000
    const jump = (offset: number) => [
      fix('a', 0, {lat: 0}),
      transaction('t1', 1_000, {amount: 7240}),
      fix('b', offset, {lat: 60}),
    ]
    expect((await run(GEO_JUMP, jump(hour))).alerts).toEqual(['geo-jump-high-value t1'])
    expect((await run(GEO_JUMP, jump(hour + 1))).alerts).toEqual([])
    const purchaseLast = (offset: number) => [
      fix('a', 0, {lat: 0}),
      fix('b', 1, {lat: 60}),
      transaction('t1', offset, {amount: 7240}),
    ]
    expect((await run(GEO_JUMP, purchaseLast(hour))).alerts).toEqual(['geo-jump-high-value t1'])
    expect((await run(GEO_JUMP, purchaseLast(hour + 1))).alerts).toEqual([])
  })

  it('opens one alert per purchase, however many assignments there are', async () => {
    const fixes = [0, 60, 0, 60, 0].map((lat, i) => fix(`l${i}`, `${i}m`, {lat}))
    const {records, alerts} = await run(GEO_JUMP, [...fixes, transaction('t1', '6m', {amount: 7240})])
    expect(alerts).toEqual(['geo-jump-high-value t1'])
    expect(records).toHaveLength(1)
  })
})

describe('events that come together', () => {
  it('are about the first item unless an anchor is named', async () => {
    const rule = (anchor: string) => `${HEADER}id: both
match:
  together:
    within: 1h
${anchor}    of:
      - {as: small, stream: transactions, when: 'small.amount < 2.0'}
      - {as: big, stream: transactions, when: 'big.amount > 100.0'}
`
    const lines = [transaction('t1', '1m'), transaction('t2', '2m', {amount: 500})]
    expect((await run(rule(''), lines)).alerts).toEqual(['both t1'])
    expect((await run(rule('    anchor: big\n'), lines)).alerts).toEqual(['both t2'])
  })

  it('may be named by the condition of any item, also of an earlier one', async () => {
    const rule = `${HEADER}id: growing
match:
  together:
    within: 1h
    of:
      - {as: low, stream: transactions, when: 'low.amount * 10.0 <= high.amount && high.card_id == low.card_id'}
      - {as: high, stream: transactions, after: low}
`
    const outcome = await run(rule, [
      transaction('t1', '1m', {amount: 5, card_id: 'c1'}),
      transaction('t2', '2m', {amount: 50, card_id: 'c2'}),
      transaction('t3', '3m', {amount: 49, card_id: 'c1'}),
      transaction('t4', '4m', {amount: 50, card_id: 'c1'}),
    ])
    expect(outcome.alerts).toEqual(['growing t1'])
    expect(evidence(outcome.standing[0]?.events)).toEqual(['low t1', 'high t4'])
  })

  const THREE = `${HEADER}id: three
match:
  together:
    within: 1h
    of:
      - {as: purchase, stream: transactions, when: 'purchase.amount > 100.0'}
      - {as: a, stream: locations, when: 'a.lat > 0.0'}
      - {as: b, stream: locations, when: 'b.lat < 0.0'}
`

  it('are shown by the assignment that is complete first, so that later events amend nothing', async () => {
    const outcome = await run(THREE, [
      transaction('t1', '10m', {amount: 200}),
      fix('north-1', '11m', {lat: 1}),
      fix('south-1', '12m', {lat: -1}),
      fix('north-2', '13m', {lat: 1}),
      fix('south-2', '14m', {lat: -1}),
    ])
    expect(history(outcome)).toEqual(['opened t1 0'])
    expect(evidence(outcome.standing[0]?.events)).toEqual(['purchase t1', 'a north-1', 'b south-1'])
  })

  it('are shown by the newest event for each item among those', async () => {
    const outcome = await run(THREE, [
      fix('north-1', '1m', {lat: 1}),
      fix('north-2', '2m', {lat: 1}),
      fix('south-1', '3m', {lat: -1}),
      fix('south-2', '4m', {lat: -1}),
      transaction('t1', '10m', {amount: 200}),
    ])
    expect(evidence(outcome.standing[0]?.events)).toEqual(['a north-2', 'b south-2', 'purchase t1'])
  })

  it('amend the alert when one out of order completes it earlier', async () => {
    const outcome = await run(THREE, [
      transaction('t1', '5m', {amount: 200}),
      fix('north', '6m', {lat: 1}),
      fix('south-late', '9m', {lat: -1}),
      fix('south-early', '7m', {lat: -1}),
    ])
    expect(history(outcome)).toEqual(['opened t1 0', 'amended t1 1'])
    expect(evidence(outcome.standing[0]?.events)).toEqual(['purchase t1', 'a north', 'b south-early'])
    expect(outcome.decisionRecords.filter(({decision}) => decision === 'review')).toHaveLength(1)
  })
})
