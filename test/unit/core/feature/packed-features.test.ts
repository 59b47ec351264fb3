import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import {KeyFeatures} from '../../../../src/core/feature/key-features.js'
import {packFeatures, unpackFeatures} from '../../../../src/core/feature/packed-features.js'
import {FeatureReader} from '../../../../src/core/feature/read-features.js'
import {DAY, HOUR, MINUTE, START, viewsOf, windowView} from './support/views.js'

const SET = viewsOf(
  windowView({
    windows: ['1h', '24h', '3d', '9d'],
    aggregates: [
      ...['sum', 'stddev', 'min', 'max', 'last', 'first', 'median', 'count'].map((fn) => ({
        name: fn,
        fn,
        of: 'tx.amount',
      })),
      {name: 'distinct', fn: 'distinct', of: 'tx.mcc'},
      {name: 'novel', fn: 'novel', of: 'tx.mcc'},
    ],
  }),
  windowView({name: 'late', delay: '2d', windows: ['1d'], aggregates: [{name: 'count', fn: 'count'}]}),
)
const PLAN = SET.plans[0] as (typeof SET.plans)[number]
const JOINS = {locationAsOf: () => undefined, merchantAsOf: () => undefined}

const generatedEvents: fc.Arbitrary<readonly StoredEvent[]> = fc
  .array(
    fc.record({
      gap: fc.constantFrom(0, 1, MINUTE, HOUR, 5 * HOUR, DAY, 2 * DAY),
      amount: fc.constantFrom(0.1, 0.2, 5, 7.77, 123456.78, undefined),
      mcc: fc.constantFrom('1', '2', undefined),
    }),
    {minLength: 1, maxLength: 80},
  )
  .map((steps) => {
    let clock = START
    return steps.map(({gap, ...fields}, i) => {
      clock += gap
      const time = clock as EventTime
      const common = {stream: 'transactions', rank: 2, predicates: [], contentHash: 0}
      return {...common, id: `t${String(i).padStart(3, '0')}`, time, fields}
    })
  })

test('what is packed, and the events since, give the same features to the last bit', () => {
  fc.assert(
    fc.property(generatedEvents, fc.array(fc.nat({max: 80}), {maxLength: 5}), (events, restarts) => {
      const steady = new KeyFeatures(SET, 'user_id', 'u1')
      let restarted = new KeyFeatures(SET, 'user_id', 'u1')
      const kept: StoredEvent[] = []
      for (const [i, event] of events.entries()) {
        const before = event.time - 2 * DAY
        if (restarts.includes(i)) {
          restarted.fold(before)
          steady.fold(before - DAY)
          const packed = packFeatures(restarted, before)
          restarted = unpackFeatures(packed ?? undefined, SET, 'user_id', 'u1')
          for (const old of kept) if (old.time >= before) restarted.insert(old)
        }
        kept.push(event)
        steady.insert(event)
        restarted.insert(event)
        expect(rowOf(restarted, event)).toEqual(rowOf(steady, event))
      }
    }),
    {numRuns: 200},
  )
})

test('nothing is packed where nothing is left, and rows of other views are left aside', () => {
  const features = new KeyFeatures(SET, 'user_id', 'u1')
  expect(packFeatures(features, START)).toBeNull()
  const event: StoredEvent = {
    stream: 'transactions',
    rank: 2,
    time: START as EventTime,
    id: 't1',
    fields: {amount: 1},
    predicates: [],
    contentHash: 0,
  }
  features.insert(event)
  const packed = packFeatures(features, START + DAY) ?? ''
  const others = viewsOf(windowView({windows: ['2h'], aggregates: [{name: 'count', fn: 'count'}]}))
  expect([...unpackFeatures(packed, others, 'user_id', 'u1').entries()]).toEqual([])
  expect(rowOf(unpackFeatures(packed, SET, 'user_id', 'u1'), event)).toEqual(rowOf(features, event))
})

function rowOf(features: KeyFeatures, event: StoredEvent): readonly number[] {
  const row = new Float64Array(SET.schema.names.length)
  new FeatureReader(PLAN).readInto(row, 0, features.logsOf(PLAN, 'u1'), event, JOINS)
  return [...row]
}
