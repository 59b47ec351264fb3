import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {compareEvents} from '../../../../src/core/event/order.js'
import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import {EventSeries} from '../../../../src/core/history/event-series.js'
import {transaction} from './stored-events.js'

const TIMES = fc.integer({min: 0, max: 60})

/** What is done to a series, one after the other. Small times, so that many events share one. */
const STEPS = fc.array(
  fc.oneof(
    {weight: 12, arbitrary: TIMES.map((time) => ({do: 'insert' as const, time}))},
    {weight: 1, arbitrary: TIMES.map((time) => ({do: 'dropBefore' as const, time}))},
    {weight: 1, arbitrary: fc.nat(5).map((count) => ({do: 'dropFirst' as const, count}))},
  ),
  {maxLength: 150},
)

/** The same kept the simple way: sorted after each insertion. */
function expectSame(series: EventSeries, naive: readonly StoredEvent[]): void {
  expect(series.events).toEqual(naive)
  naive.forEach((event, i) => {
    expect(series.timeAt(i)).toBe(event.time)
    expect(series.placeOf(event)).toBe(i)
    expect(series.find(event.id)).toBe(event)
  })
  for (let time = -1; time <= 61; time++) {
    expect(series.firstAtOrAfter(time)).toBe(naive.filter((event) => event.time < time).length)
    expect(series.newestAtOrBefore(time)).toBe(naive.filter((event) => event.time <= time).at(-1))
  }
}

describe('a series of events', () => {
  it('is what a sorted array is, whatever is inserted and dropped', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const series = new EventSeries()
        let naive: StoredEvent[] = []
        for (const [i, step] of steps.entries()) {
          if (step.do === 'insert') {
            // Ids that sort otherwise than they arrive.
            const event = transaction(step.time, `${(i * 7) % 10}-${i}`)
            series.insert(event)
            naive = [...naive, event].sort(compareEvents)
          } else {
            const count =
              step.do === 'dropFirst' ? step.count : naive.filter((event) => event.time < step.time).length
            const expected = naive.slice(0, count)
            const dropped =
              step.do === 'dropFirst' ? series.dropFirst(count) : series.dropBefore(step.time as EventTime)
            expect(dropped).toEqual(expected)
            naive = naive.slice(count)
            for (const {id} of expected) expect(series.find(id)).toBeUndefined()
          }
        }
        expectSame(series, naive)
      }),
      {numRuns: 60},
    )
  })

  it('finds the newest of an id that was used again', () => {
    for (const others of [0, 100]) {
      const series = new EventSeries()
      for (let i = 0; i < others; i++) series.insert(transaction(3_000 + i, `other-${i}`))
      const [first, second] = [transaction(1_000, 'again'), transaction(2_000, 'again')]
      series.insert(first)
      expect(series.find('again')).toBe(first)
      series.insert(second)
      expect(series.find('again')).toBe(second)
      series.dropBefore(1_001 as EventTime)
      expect(series.find('again')).toBe(second)
    }
  })

  it('is empty at first', () => {
    const series = new EventSeries()
    expect(series.firstAtOrAfter(0)).toBe(0)
    expect(series.newestAtOrBefore(0)).toBeUndefined()
    expect(series.find('t1')).toBeUndefined()
    expect(series.dropFirst(3)).toEqual([])
  })
})
