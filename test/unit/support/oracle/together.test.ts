import {describe, expect, it} from 'vitest'
import type {Match, TogetherItem} from '../../../support/oracle/shapes.js'
import {alerted, location, minutes, transaction} from './small-lines.js'

const founding: Match = {
  together: {
    within: '1h',
    anchor: 'purchase',
    of: [
      {as: 'purchase', stream: 'transactions', when: 'purchase.amount_usd > 5000.0'},
      {as: 'from', stream: 'locations'},
      {as: 'to', stream: 'locations', after: 'from', when: 'distance_miles(from, to) > 1000.0'},
    ],
  },
}
const newYork = (id: string, minute: number) => location(id, minute, {lat: 40.71, lon: -74})
const london = (id: string, minute: number) => location(id, minute, {lat: 51.5, lon: -0.12})
const purchase = (id: string, minute: number) => transaction(id, minute, {amount: 6_000})

const pair = (within: string, one: Partial<TogetherItem> = {}, other: Partial<TogetherItem> = {}): Match => ({
  together: {
    within,
    of: [
      {as: 'a', stream: 'transactions', ...one},
      {as: 'b', stream: 'transactions', ...other},
    ],
  },
})

describe('together', () => {
  it('fires whichever item comes last', () => {
    const parts = [newYork('l1', 0), purchase('t1', 10), london('l2', 30)]
    expect(alerted(founding, parts)).toEqual(['t1 = from:l1 purchase:t1 to:l2'])
    expect(alerted(founding, [purchase('t1', 40), newYork('l1', 0), london('l2', 30)])).toEqual([
      't1 = from:l1 to:l2 purchase:t1',
    ])
    expect(alerted(founding, [purchase('t1', 0), newYork('l1', 1), london('l2', 30)])).toEqual([
      't1 = purchase:t1 from:l1 to:l2',
    ])
  })

  it('holds within the span inclusive, 1 ms more does not', () => {
    expect(alerted(founding, [newYork('l1', 0), purchase('t1', 10), london('l2', 60)])).toHaveLength(1)
    const later = location('l2', 0, {lat: 51.5, lon: -0.12, event_time: minutes(60) + 1})
    expect(alerted(founding, [newYork('l1', 0), purchase('t1', 10), later])).toEqual([])
  })

  it('needs distinct events', () => {
    expect(alerted(pair('1h'), [transaction('t1', 0)])).toEqual([])
  })

  it('takes the first item for the anchor unless told; each anchor has one alert', () => {
    const lines = [transaction('t1', 0), transaction('t2', 1)]
    expect(alerted(pair('1h'), lines)).toEqual(['t1 = a:t1 b:t2', 't2 = b:t1 a:t2'])
  })

  it('orders with after in the total order, also at one instant', () => {
    const ordered = pair('1h', {}, {after: 'a'})
    expect(alerted(ordered, [transaction('t2', 0), transaction('t1', 0)])).toEqual(['t1 = a:t1 b:t2'])
  })

  it('shows the assignment that is complete first', () => {
    const lines = [transaction('t1', 10), transaction('t2', 12), transaction('t3', 11)]
    expect(alerted(pair('1h'), lines)[0]).toBe('t1 = a:t1 b:t3')
    expect(alerted(pair('1h'), [...lines, transaction('t0', 5)])).toContain('t1 = b:t0 a:t1')
  })

  it('among those with one last event, takes the newest for each item in listed order', () => {
    const match: Match = {
      together: {
        within: '1h',
        anchor: 'last',
        of: [
          {as: 'x', stream: 'locations'},
          {as: 'y', stream: 'locations'},
          {as: 'last', stream: 'transactions'},
        ],
      },
    }
    const lines = [location('l1', 1), location('l2', 2), location('l3', 3), transaction('t', 4)]
    expect(alerted(match, lines)).toEqual(['t = y:l2 x:l3 last:t'])
  })

  it('joins the location of the transaction whose condition is tested', () => {
    const at = (lat: number): string => `location.lat == ${lat}.0`
    const match = pair('1h', {when: at(1)}, {when: at(2)})
    const lines = [
      location('l1', 0, {lat: 1}),
      transaction('t1', 1),
      location('l2', 2, {lat: 2}),
      transaction('t2', 3),
    ]
    expect(alerted(match, lines)).toEqual(['t1 = a:t1 b:t2'])
  })
})
