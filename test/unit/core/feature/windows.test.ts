import {describe, expect, test} from 'vitest'
import {DAY, HOUR, MINUTE, rowsOf, rowView, START, tx, viewsOf, windowView} from './support/views.js'

const count = [{name: 'count', fn: 'count'}]

describe('a window', () => {
  test('holds what is younger than its length, itself included, and not what is exactly that old', () => {
    const set = viewsOf(windowView({windows: ['10m'], aggregates: count}))
    const rows = rowsOf(set, [tx('a', 0), tx('b', 1), tx('c', 10 * MINUTE)])
    expect(rows.b).toEqual({'v.count_10m': 2})
    expect(rows.c).toEqual({'v.count_10m': 2})
  })

  test('ends with the transaction in the total order', () => {
    const set = viewsOf(windowView({windows: ['10m'], aggregates: count}))
    const rows = rowsOf(set, [tx('b', 0), tx('a', 0), tx('c', 0)])
    expect(rows.a).toEqual({'v.count_10m': 1})
    expect(rows.c).toEqual({'v.count_10m': 3})
  })

  test('leaves the transaction itself out where it is told to', () => {
    const set = viewsOf(windowView({include_current: false, windows: ['10m'], aggregates: count}))
    const rows = rowsOf(set, [tx('a', 0), tx('b', 1)])
    expect(rows.a).toEqual({'v.count_10m': 0})
    expect(rows.b).toEqual({'v.count_10m': 1})
  })

  test('lies back by its delay, both borders', () => {
    const set = viewsOf(windowView({delay: '1h', windows: ['1h'], aggregates: count}))
    const rows = rowsOf(set, [tx('a', 0), tx('b', HOUR), tx('c', HOUR + 1), tx('d', 2 * HOUR)])
    expect(rows.b).toEqual({'v.count_1h': 1})
    expect(rows.d).toEqual({'v.count_1h': 1})
  })

  test('counts only what satisfies its condition', () => {
    const set = viewsOf(windowView({when: 'tx.amount > 5.0', windows: ['10m'], aggregates: count}))
    const rows = rowsOf(set, [tx('a', 0, {amount: 6}), tx('b', 1)])
    expect(rows.b).toEqual({'v.count_10m': 1})
  })

  test('is exact up to 24 hours; longer ones begin at the last full hour, then day, before', () => {
    const set = viewsOf(windowView({windows: ['24h', '2d', '10d'], aggregates: count}))
    const rows = rowsOf(set, [
      tx('a', 0),
      tx('b', 1),
      tx('c', HOUR),
      tx('d', HOUR + 1),
      tx('e', DAY + HOUR + MINUTE),
      tx('f', 2 * DAY + HOUR + MINUTE),
      tx('g', 10 * DAY + 2 * HOUR),
    ])
    expect(rows.e).toMatchObject({'v.count_24h': 1})
    expect(rows.f).toMatchObject({'v.count_24h': 1, 'v.count_2d': 3})
    // What lies on a border belongs to the pane before it.
    expect(rows.g).toMatchObject({'v.count_10d': 6})
  })

  test('is exact at any length where the view says so', () => {
    const set = viewsOf(windowView({exact: true, windows: ['2d', '10d'], aggregates: count}))
    const rows = rowsOf(set, [tx('a', 0), tx('b', HOUR), tx('c', 2 * DAY), tx('d', 10 * DAY + 1)])
    expect(rows.c).toMatchObject({'v.count_2d': 2})
    expect(rows.d).toMatchObject({'v.count_10d': 3})
  })

  test('sees an event that came late, as of the transactions after it', () => {
    const set = viewsOf(windowView({windows: ['10m'], aggregates: count}))
    const rows = rowsOf(set, [tx('a', 0), tx('c', 2 * MINUTE), tx('b', MINUTE), tx('d', 3 * MINUTE)])
    expect(rows.b).toEqual({'v.count_10m': 2})
    expect(rows.d).toEqual({'v.count_10m': 4})
  })
})

describe('aggregates', () => {
  const of = 'tx.amount'
  const all = ['sum', 'avg', 'min', 'max', 'stddev', 'last', 'first', 'median'].map((fn) => ({
    name: fn,
    fn,
    of,
  }))

  test('of numbers', () => {
    const set = viewsOf(windowView({windows: ['1h'], aggregates: all}))
    const rows = rowsOf(set, [tx('a', 0, {amount: 2}), tx('b', 1, {amount: 4}), tx('c', 2, {amount: 9})])
    expect(rows.c).toEqual({
      'v.sum_1h': 15,
      'v.avg_1h': 5,
      'v.min_1h': 2,
      'v.max_1h': 9,
      'v.stddev_1h': expect.closeTo(Math.sqrt(26 / 3), 12),
      'v.last_1h': 9,
      'v.first_1h': 2,
      'v.median_1h': 4,
    })
  })

  test('of no members: counts and sums are 0, the others are missing', () => {
    const aggregates = [
      ...all,
      {name: 'count', fn: 'count'},
      {name: 'distinct', fn: 'distinct', of: 'tx.mcc'},
    ]
    const set = viewsOf(windowView({when: 'tx.amount > 5.0', windows: ['1h'], aggregates}))
    const {a} = rowsOf(set, [tx('a', 0)])
    expect(a).toMatchObject({'v.sum_1h': 0, 'v.count_1h': 0, 'v.distinct_1h': 0})
    for (const fn of ['avg', 'min', 'max', 'stddev', 'last', 'first', 'median'])
      expect(a?.[`v.${fn}_1h`]).toBeNaN()
  })

  test('leave out members without the value', () => {
    const aggregates = [
      {name: 'lat', fn: 'avg', of: 'tx.lat'},
      {name: 'with_lat', fn: 'count', of: 'tx.lat'},
      {name: 'mccs', fn: 'distinct', of: 'tx.mcc'},
    ]
    const set = viewsOf(windowView({windows: ['1h'], aggregates}))
    const {c} = rowsOf(set, [tx('a', 0, {lat: 3, mcc: '1'}), tx('b', 1), tx('c', 2, {lat: 5, mcc: '1'})])
    expect(c).toEqual({'v.lat_1h': 4, 'v.with_lat_1h': 2, 'v.mccs_1h': 1})
  })

  test('novel says whether a value is new, within 90 days if nothing else is said', () => {
    const set = viewsOf(windowView({aggregates: [{name: 'mcc', fn: 'novel', of: 'tx.mcc'}]}))
    const rows = rowsOf(set, [
      tx('a', 0, {mcc: '1'}),
      tx('b', DAY, {mcc: '1'}),
      tx('c', 2 * DAY, {mcc: '2'}),
      tx('d', 3 * DAY),
      tx('e', 80 * DAY, {mcc: '2'}),
      tx('f', 95 * DAY, {mcc: '1'}),
      tx('g', 95 * DAY, {mcc: '2'}),
    ])
    expect(rows.a).toEqual({'v.mcc_90d': 1})
    expect(rows.b).toEqual({'v.mcc_90d': 0})
    expect(rows.c).toEqual({'v.mcc_90d': 1})
    expect(rows.d?.['v.mcc_90d']).toBeNaN()
    expect(rows.e).toEqual({'v.mcc_90d': 0})
    expect(rows.f).toEqual({'v.mcc_90d': 1})
    expect(rows.g).toEqual({'v.mcc_90d': 0})
  })

  test('of money do not drift: a month of cents adds up to the cent, and back to nothing', () => {
    const set = viewsOf(windowView({windows: ['1h'], aggregates: [{name: 'sum', fn: 'sum', of}]}))
    const many = Array.from({length: 5000}, (_, i) => tx(`t${i}`, i * MINUTE, {amount: 0.1}))
    const rows = rowsOf(set, [...many, tx('end', 6000 * MINUTE, {amount: 0.1})])
    expect(rows.t4999).toEqual({'v.sum_1h': 6})
    expect(rows.end).toEqual({'v.sum_1h': 0.1})
  })
})

describe('entities', () => {
  test('have windows of their own; a transaction without one has no features of it', () => {
    const set = viewsOf(windowView({entity: 'merchant_id', windows: ['1h'], aggregates: count}))
    const rows = rowsOf(set, [
      tx('a', 0, {merchant_id: 'm1'}),
      tx('b', 1, {merchant_id: 'm1', user_id: 'u2'}),
      tx('c', 2, {merchant_id: 'm2'}),
      tx('d', 3),
    ])
    expect(rows.b).toEqual({'v.count_1h': 2})
    expect(rows.c).toEqual({'v.count_1h': 1})
    expect(rows.d?.['v.count_1h']).toBeNaN()
  })

  test('feedback counts for the merchant of its transaction, if that is not too old', () => {
    const view = windowView({
      entity: 'merchant_id',
      stream: 'feedback',
      as: 'fb',
      when: 'fb.verdict == "fraud"',
      horizon: '7d',
      windows: ['1d'],
      aggregates: count,
    })
    const about = (id: string, after: number) =>
      [
        'feedback',
        {feedback_id: `f-${id}`, user_id: 'u1', transaction_id: id, verdict: 'fraud'},
        START + after,
      ] as const
    const rows = rowsOf(viewsOf(view), [
      tx('a', 0, {merchant_id: 'm1'}),
      tx('b', 2 * DAY, {merchant_id: 'm1'}),
      about('a', 7 * DAY + 1),
      about('b', 7 * DAY + 2),
      tx('c', 7 * DAY + 3, {merchant_id: 'm1'}),
    ])
    expect(rows.c).toEqual({'v.count_1d': 1})
  })
})

describe('row features', () => {
  test('are worked out from the transaction, its joins and the windows of its entity', () => {
    const set = viewsOf(
      windowView({windows: ['1h'], aggregates: [{name: 'avg', fn: 'avg', of: 'tx.amount'}]}),
      rowView({
        rows: [
          {name: 'ratio', expr: 'tx.amount / features.v.avg_1h'},
          {name: 'night', expr: 'tx.event_time.getHours() < 6'},
          {name: 'moved', expr: 'km_between(location.lat, location.lon, 0.0, 0.0) > 100.0'},
          {name: 'risk', expr: 'merchant.risk'},
        ],
      }),
    )
    const rows = rowsOf(set, [
      ['merchants', {merchant_id: 'm1', risk: 0.5}, START],
      ['locations', {user_id: 'u1', lat: 1, lon: 1}, START],
      tx('a', 0, {amount: 1}),
      tx('b', 1, {amount: 3, merchant_id: 'm1'}),
    ])
    expect(rows.a).toMatchObject({'r.ratio': 1, 'r.night': 1, 'r.moved': 1, 'v.avg_1h': 1})
    expect(rows.a?.['r.risk']).toBeNaN()
    expect(rows.b).toEqual({'v.avg_1h': 2, 'r.ratio': 1.5, 'r.night': 1, 'r.moved': 1, 'r.risk': 0.5})
  })
})
