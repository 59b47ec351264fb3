import * as fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {streamsWith} from '../../../../src/core/event/stream.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import {FeatureComputer} from '../../../../src/core/feature/feature-computer.js'
import {type PlainWindow, plainValue} from './support/plain-reference.js'
import {type Arrival, DAY, HOUR, MINUTE, START, viewsOf, windowView} from './support/views.js'

const NUMBER_FUNCTIONS = ['sum', 'avg', 'min', 'max', 'stddev', 'last', 'first', 'median', 'count']

const LENGTHS: readonly (readonly [text: string, ms: number])[] = [
  ['1m', MINUTE],
  ['1h', HOUR],
  ['24h', DAY],
  ['2d', 2 * DAY],
  ['9d', 9 * DAY],
]

const DELAYS: readonly (readonly [text: string, ms: number])[] = [
  ['0ms', 0],
  ['30m', 30 * MINUTE],
  ['3d', 3 * DAY],
]

interface GeneratedView {
  readonly view: object
  readonly windows: readonly PlainWindow[]
}

const amountOf = (wire: Arrival[1]) => wire.amount
const mccOf = (wire: Arrival[1]) => wire.mcc
const isLarge = (wire: Arrival[1]) => (wire.amount as number) > 5

/** A view with all aggregates over one length, and what each of its features should be. */
const generatedView: fc.Arbitrary<GeneratedView> = fc
  .record({
    length: fc.constantFrom(...LENGTHS),
    delay: fc.constantFrom(...DELAYS),
    exact: fc.boolean(),
    includeCurrent: fc.boolean(),
    conditional: fc.boolean(),
    entity: fc.constantFrom('user_id', 'card_id'),
  })
  .map(({length: [text, ms], delay: [delayText, delay], exact, includeCurrent, conditional, entity}) => {
    const common = {entity, ms, delay, exact, includeCurrent, ...(conditional ? {when: isLarge} : {})}
    const codes = ['distinct', 'novel']
    return {
      view: windowView({
        entity,
        exact,
        delay: delayText,
        include_current: includeCurrent,
        ...(conditional ? {when: 'tx.amount > 5.0'} : {}),
        windows: [text],
        aggregates: [
          ...NUMBER_FUNCTIONS.map((fn) => ({name: fn, fn, of: 'tx.amount'})),
          ...codes.map((fn) => ({name: fn, fn, of: 'tx.mcc'})),
        ],
      }),
      windows: [
        ...NUMBER_FUNCTIONS.map((fn) => ({...common, fn, of: amountOf})),
        ...codes.map((fn) => ({...common, fn, of: mccOf})),
      ],
    }
  })

const LATENESS = 10 * MINUTE

/** Transactions of two users and two cards, in the order of arrival: up to 10 minutes out of order, many at one instant. */
const generatedArrivals: fc.Arbitrary<readonly Arrival[]> = fc
  .array(
    fc.record({
      gap: fc.constantFrom(0, 0, 1, MINUTE, 7 * MINUTE, HOUR, 5 * HOUR, DAY, 2 * DAY, HOUR - MINUTE),
      late: fc.constantFrom(0, 0, 0, 0, 1, MINUTE, LATENESS - 1),
      user: fc.constantFrom('u1', 'u1', 'u1', 'u2'),
      card: fc.constantFrom('c1', 'c2', undefined),
      amount: fc.constantFrom(0.1, 0.2, 1, 5, 7.77, 100.01, 123456.78),
      mcc: fc.constantFrom('1', '2', '3', undefined),
    }),
    {maxLength: 120},
  )
  .map((steps) => {
    let clock = START
    return steps.map(({gap, late, user, card, amount, mcc}, i): Arrival => {
      clock += gap
      const wire = {transaction_id: `t${(i * 7919) % 1000}`, user_id: user, amount}
      const optional = {...(card && {card_id: card}), ...(mcc && {mcc})}
      return ['transactions', {...wire, ...optional}, clock - late]
    })
  })

describe('what is kept up event by event', () => {
  test('is what a look at all events says: out of order, at one instant, in panes, delayed', () => {
    fc.assert(
      fc.property(generatedView, generatedArrivals, ({view, windows}, arrivals) => {
        const computer = FeatureComputer.of(viewsOf(view), streamsWith([]), {allowedLateness: LATENESS})
        for (const [i, arrival] of arrivals.entries()) {
          const row = computer.add(arrival[0], arrival[1], arrival[2] as EventTime)
          const expected = windows.map((window) => plainValue(window, arrivals.slice(0, i + 1), arrival))
          expectRow([...(row ?? [])], expected)
        }
      }),
      {numRuns: 300},
    )
  })

  test('stays so for a key with very many events', () => {
    const [view, windows] = [
      windowView({
        windows: ['24h'],
        aggregates: [
          {name: 'max', fn: 'max', of: 'tx.amount'},
          {name: 'min', fn: 'min', of: 'tx.amount'},
          {name: 'distinct', fn: 'distinct', of: 'tx.mcc'},
          {name: 'sum', fn: 'sum', of: 'tx.amount'},
        ],
      }),
      ['max', 'min', 'distinct', 'sum'].map((fn): PlainWindow => {
        const of = fn === 'distinct' ? mccOf : amountOf
        return {entity: 'user_id', fn, of, ms: DAY, delay: 0, exact: false, includeCurrent: true}
      }),
    ]
    const computer = FeatureComputer.of(viewsOf(view), streamsWith([]))
    const arrivals: Arrival[] = []
    for (let i = 0; i < 1500; i++) {
      const late = i % 5 === 0 ? ((i * 37) % 9) * MINUTE : 0
      const fields = {amount: ((i * 7919) % 1000) / 100, mcc: String((i * 31) % 70)}
      const arrival: Arrival = [
        'transactions',
        {transaction_id: `t${i}`, user_id: 'u1', ...fields},
        START + i * 3 * MINUTE - late,
      ]
      arrivals.push(arrival)
      const row = computer.add(arrival[0], arrival[1], arrival[2] as EventTime)
      if (i % 10 > 1) continue
      expect([...(row ?? [])]).toEqual(windows.map((window) => plainValue(window, arrivals, arrival)))
    }
  })
})

/** Everything but the standard deviation is exact to the last bit; that is of values to the nearest millionth. */
function expectRow(row: readonly number[], expected: readonly number[]): void {
  const at = NUMBER_FUNCTIONS.indexOf('stddev')
  const deviation = Number.isNaN(expected[at]) ? Number.NaN : expect.closeTo(expected[at] as number, 5)
  expect(row).toEqual(expected.with(at, deviation))
}
