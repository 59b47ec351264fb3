import {describe, expect, it} from 'vitest'
import {evaluate, holds, type Sight} from '../../../support/oracle/conditions.js'
import type {AcceptedEvent} from '../../../support/oracle/shapes.js'
import {ERROR} from '../../../support/oracle/values.js'
import {worldOf} from '../../../support/oracle/world.js'
import {minutes} from './small-lines.js'

const event = (
  stream: AcceptedEvent['stream'],
  minute: number,
  fields: Readonly<Record<string, unknown>>,
): AcceptedEvent => ({stream, id: `${stream}-${minute}`, time: minutes(minute), fields})

const tx = event('transactions', 60, {
  user_id: 'u1',
  merchant_id: 'm1',
  amount: 5000,
  currency: 'USD',
  mcc: '7995',
  note: 'Straße',
  device: {os: 'ios', empty: null},
  lat: 40.71,
  lon: -74,
})
const fixes = [10, 14, 20].map((minute) =>
  event('locations', minute, {user_id: 'u1', lat: minute, lon: 0, accuracy_m: minute}),
)
const profile = event('merchants', 0, {merchant_id: 'm1', risk: 0.9})
const group = [1, 2, 6].map((amount, index) =>
  event('transactions', index, {amount, card_id: `c${index % 2}`}),
)

const world = worldOf(
  [tx, ...fixes, profile],
  [
    {
      name: 'risky',
      entries: [
        {value: '7995', expires: '2026-01-01T01:00:00Z'},
        {value: '6051', expires: '2026-01-01T01:00:00.001Z'},
      ],
    },
  ],
  {usd_per: {EUR: [{from: '2026-01-01', rate: 1.25}]}},
  86_400_000,
)

const sight = (tested: AcceptedEvent = tx): Sight => ({
  world,
  tested,
  anchorTime: tx.time,
  names: {tx: tested, to: event('locations', 60, {lat: 51.5, lon: -0.12}), probe: group[2] as AcceptedEvent},
  groups: {probe: group},
})

const truth = (text: string, tested: AcceptedEvent = tx) => evaluate(text, sight(tested))

describe('values', () => {
  it.each([
    'tx.amount > 4999 && tx.amount >= 5000.0 && tx.amount == 5000',
    'tx.amount * 2 == 10000.0 && tx.amount / 3 > 1666.6 && tx.amount % 3 == 2',
    'tx.amount in [1, 5000] && !(tx.amount in [1.0, 2.0])',
    'tx.note.startsWith("Stra") && tx.note.contains("ß") && tx.note.endsWith("e") && tx.note.size() == 6',
    'tx.mcc + "!" == "7995!"',
    'tx.device.os == "ios" && tx["device"].os in ["ios"]',
    'tx.event_time == timestamp("2026-01-01T01:00:00Z") && tx.event_time.getHours() == 1',
    'tx.event_time - timestamp("2026-01-01T00:00:00Z") == duration("1h")',
    '"\u{1f600}" > "\uffee" && "a" < "b"',
    'tx.amount > 1 ? true : false',
    '[1, 2].exists(v, v == 2) && [1, 2].all(v, v > 0)',
    '-tx.amount < 0',
  ])('%s', (text) => {
    expect(truth(text)).toBe(true)
  })
})

describe('error values', () => {
  it.each([
    ['tx.missing > 1', ERROR],
    ['tx.missing == tx.missing', ERROR],
    ['!(tx.missing > 1)', ERROR],
    ['tx.amount == null', ERROR],
    ['tx.device.empty == "a"', ERROR],
    ['0.0 / 0.0 == 1.0', ERROR],
    ['tx.constructor == "a"', ERROR],
    ['tx.note > 1', ERROR],
    ['tx.missing in ["a"]', ERROR],
    ['false && tx.missing > 1', false],
    ['tx.missing > 1 && false', false],
    ['true || tx.missing > 1', true],
    ['tx.missing > 1 || true', true],
    ['true && tx.missing > 1', ERROR],
    ['tx.missing > 1 || false', ERROR],
  ])('%s', (text, expected) => {
    expect(truth(text)).toBe(expected)
  })

  it('do not fulfil a condition', () => {
    expect(holds('tx.missing > 1', sight())).toBe(false)
    expect(holds('!(tx.missing > 1)', sight())).toBe(false)
    expect(holds(undefined, sight())).toBe(true)
  })

  it.each([
    ['has(tx.amount)', true],
    ['has(tx.event_time)', true],
    ['has(tx.missing)', false],
    ['has(tx.missing.deeper)', false],
    ['has(tx.device.os)', true],
    ['has(tx.device.empty)', false],
    ['has(tx.toString)', false],
    ['has(merchant.risk)', true],
    ['has(merchant.status)', false],
  ])('%s', (text, expected) => {
    expect(truth(text)).toBe(expected)
  })
})

describe('joins', () => {
  const at = (minute: number, fields: object = {}): AcceptedEvent =>
    event('transactions', minute, {...tx.fields, ...fields})

  it('take the newest fix up to the transaction, one at its instant included', () => {
    expect(truth('location.accuracy_m', at(15))).toBe(14)
    expect(truth('location.accuracy_m', at(14))).toBe(14)
    expect(truth('location.accuracy_m', at(13))).toBe(10)
    expect(truth('has(location.lat)', at(9))).toBe(false)
  })

  it('leave out a fix older than location_max_age; exactly that old is used', () => {
    expect(truth('location.accuracy_m', at(20 + 1_440))).toBe(20)
    expect(truth('has(location.lat)', at(20 + 1_440 + 1 / 60_000))).toBe(false)
  })

  it('never take another user, nor a merchant that the transaction does not name', () => {
    expect(truth('has(location.lat)', at(60, {user_id: 'u2'}))).toBe(false)
    expect(truth('has(merchant.risk)', at(60, {merchant_id: 'm2'}))).toBe(false)
    expect(truth('merchant.risk', at(0))).toBe(0.9)
    expect(truth('has(merchant.risk)', at(-1))).toBe(false)
  })
})

describe('lists', () => {
  it('hold an entry while the anchor is before its expiry', () => {
    expect(truth('tx.mcc in lists.risky')).toBe(false)
    expect(truth('"6051" in lists.risky')).toBe(true)
  })
})

describe('functions', () => {
  it('measure great circles, in kilometres and miles', () => {
    const quarter = event('locations', 60, {lat: 0, lon: 90})
    const origin = event('transactions', 30, {lat: 0, lon: 0})
    const both: Sight = {...sight(), names: {a: origin, b: quarter}}
    expect(evaluate('distance_km(a, b)', both)).toBeCloseTo((6371.0088 * Math.PI) / 2, 6)
    expect(evaluate('distance_miles(a, b)', both)).toBeCloseTo((6371.0088 * Math.PI) / 2 / 1.609344, 6)
    expect(evaluate('speed_kmh(b, a)', both)).toBeCloseTo(6371.0088 * Math.PI, 6)
    expect(evaluate('seconds_between(a, b)', both)).toBe(1_800)
    expect(evaluate('seconds_between(b, a)', both)).toBe(-1_800)
  })

  it('give speed 0 for no way in no time, no bound for some way in no time', () => {
    expect(truth('speed_kmh(tx, tx) == 0.0')).toBe(true)
    expect(truth('speed_kmh(tx, to) > 1000000.0')).toBe(true)
  })

  it('are errors without a position', () => {
    expect(truth('distance_km(tx, probe) > 1.0')).toBe(ERROR)
    expect(truth('distance_km(tx, merchant) > 1.0')).toBe(ERROR)
  })
})

describe('aggregates of a group', () => {
  it.each([
    ['count(probe)', 3],
    ['sum(probe.amount)', 9],
    ['avg(probe.amount)', 3],
    ['min(probe.amount)', 1],
    ['max(probe.amount)', 6],
    ['stddev(probe.amount)', Math.sqrt(14 / 3)],
    ['distinct(probe.card_id)', 2],
    ['probe.amount', 6],
    ['sum(probe.missing)', ERROR],
  ])('%s', (text, expected) => {
    expect(truth(text)).toBe(expected)
  })
})

describe('amount_usd', () => {
  it('is derived at the rate of the event time, absent for an unknown currency', () => {
    const priced = (currency: string, minute: number) =>
      worldOf(
        [event('transactions', minute, {amount: 8, currency})],
        [],
        {
          usd_per: {
            EUR: [
              {from: '2026-01-01T00:30:00Z', rate: 1.5},
              {from: '2026-01-01', rate: 1.25},
            ],
          },
        },
        0,
      ).events[0]?.fields['amount_usd']
    expect([
      priced('USD', 0),
      priced('EUR', 0),
      priced('EUR', 30),
      priced('EUR', -1),
      priced('SEK', 0),
    ]).toEqual([8, 10, 12, undefined, undefined])
  })
})
