import {describe, expect, test} from 'vitest'
import {BEGINNING_OF_TIME, type EventTime, type WallTime} from '../../../../src/core/event/time.js'
import {
  type Dispatch,
  type Parcel,
  parcelsOf,
  receiversOf,
  type ToldTime,
} from '../../../../src/engine/port/parcel.js'
import {Exchange} from '../../../../src/engine/stage/exchange.js'

const MINUTE = 60_000
const at = (minutes: number) => (minutes * MINUTE) as EventTime
const wall = (minutes: number) => (minutes * MINUTE) as WallTime

const NOTHING: ToldTime = {
  lateUpTo: null,
  resolvedUpTo: null,
  settledUpTo: null,
  wall: null,
  silentUpTo: null,
}

function exchange(partitions = 2): Exchange {
  return new Exchange(0, {partitions, of: () => 0}, undefined, wall(1))
}

function parcel(from: number, sequence: number, time: Partial<ToldTime>, term = 1): Parcel {
  return {from, term, sequence, time: {...NOTHING, ...time}, events: [], findings: []}
}

function hears(of: Exchange, ...parcels: readonly Parcel[]): void {
  for (const each of parcels) if (of.isNews(each)) of.hear(each)
}

describe('time in the stages by other keys', () => {
  test('does not begin before every partition was heard of', () => {
    const of = exchange()
    hears(of, parcel(0, 1, {lateUpTo: at(10)}))
    expect(of.lateUpTo).toBe(BEGINNING_OF_TIME)
  })

  test('is that of the slowest partition', () => {
    const of = exchange()
    hears(of, parcel(0, 1, {lateUpTo: at(10)}), parcel(1, 1, {lateUpTo: at(7)}))
    expect(of.lateUpTo).toBe(at(7))
  })

  test('leaves out a partition that is silent while others go on', () => {
    const of = exchange()
    hears(
      of,
      parcel(0, 1, {lateUpTo: at(10), wall: wall(20)}),
      parcel(1, 1, {lateUpTo: at(7), wall: wall(17), silentUpTo: wall(20)}),
    )
    expect(of.lateUpTo).toBe(at(10))
  })

  test('counts one again that has not said for a while that it is silent: it may have fallen out', () => {
    const of = exchange()
    hears(
      of,
      parcel(1, 1, {lateUpTo: at(7), wall: wall(17), silentUpTo: wall(20)}),
      parcel(0, 1, {lateUpTo: at(12), wall: wall(22)}),
    )
    expect(of.lateUpTo).toBe(at(7))
  })

  test('never counts findings as final of a partition that was not heard of, silent or not', () => {
    const of = exchange()
    hears(of, parcel(0, 1, {settledUpTo: at(10)}), parcel(1, 1, {silentUpTo: wall(20)}))
    expect(of.settledUpTo).toBe(BEGINNING_OF_TIME)
  })
})

test('what a partition sent again, or after it was replaced, is no news', () => {
  const of = exchange()
  expect(of.isNews(parcel(1, 4, {}, 1))).toBe(true)
  expect(of.isNews(parcel(1, 4, {}, 1))).toBe(false)
  expect(of.isNews(parcel(1, 5, {}, 2))).toBe(true)
  expect(of.isNews(parcel(1, 6, {}, 1))).toBe(false)
})

test('an owner has a later term than those before it, also where its clock is behind', () => {
  const before = new Exchange(0, {partitions: 2, of: () => 0}, undefined, wall(9))
  const stored = before.progress({settledUpTo: at(1), resolvedUpTo: at(1)}, true)
  expect(new Exchange(0, {partitions: 2, of: () => 0}, stored, wall(5)).term).toBe(before.term + 1)
})

test('all partitions are told the time when it went on by a second, and when silence begins', () => {
  const of = exchange()
  const time = {...NOTHING, wall: wall(1), lateUpTo: at(1)}
  expect(of.tellsAll(NOTHING)).toBe(false)
  expect(of.tellsAll(time)).toBe(true)
  expect(of.tellsAll({...time, lateUpTo: (at(1) + 999) as EventTime})).toBe(false)
  expect(of.tellsAll({...time, lateUpTo: (at(1) + 1_000) as EventTime})).toBe(true)
  expect(of.tellsAll({...time, lateUpTo: (at(1) + 1_000) as EventTime, silentUpTo: wall(2)})).toBe(true)
})

test('an event goes once to each partition where one of its keys lives', () => {
  const event = {
    stream: 'transactions',
    time: at(1),
    id: 't1',
    contentHash: 1,
    fields: {},
    ingestedAt: wall(1),
  }
  const dispatch = {
    ...{term: 7, time: NOTHING, findings: [], tells: 2, sentAt: null},
    events: [{to: [1, 3], event}],
  }
  const parcels = parcelsOf(0, 5, dispatch)
  expect([...parcels].map(([to, {events}]) => [to, events.length])).toEqual([
    [1, 1],
    [3, 1],
    [0, 0],
  ])
  expect(parcels.get(3)).toMatchObject({from: 0, term: 7, sequence: 5})
})

test('who gets a parcel is known without writing it', () => {
  const event = {
    stream: 'transactions',
    time: at(1),
    id: 't1',
    contentHash: 1,
    fields: {},
    ingestedAt: wall(1),
  }
  const dispatch: Dispatch = {
    ...{term: 1, time: NOTHING, findings: [], sentAt: null},
    events: [{to: [5, 1], event}],
    tells: 3,
  }
  expect([...receiversOf(dispatch)].sort()).toEqual([...parcelsOf(0, 1, dispatch).keys()].sort())
  expect(receiversOf(dispatch)).toEqual(new Set([0, 1, 2, 5]))
})
