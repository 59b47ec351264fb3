import fc from 'fast-check'
import {expect, it} from 'vitest'
import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import {EventSeries} from '../../../../src/core/history/event-series.js'
import {errorOf, RunningWindow} from '../../../../src/core/history/running-window.js'

const OWNER = {}
const TRACKED = {
  sums: ['amount'],
  tallies: ['card'],
  isMember: ({fields}: StoredEvent) => fields.counts === true,
}

interface Step {
  readonly time: number
  readonly amount: number | undefined
  readonly card: string | undefined
  readonly counts: boolean
  /** Drop so many of the oldest events first. */
  readonly drop: number
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    time: fc.integer({min: 0, max: 50}),
    amount: fc.oneof(
      fc.double({noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6}),
      fc.constant(undefined),
    ),
    card: fc.constantFrom('c1', 'c2', 'c3', undefined),
    counts: fc.boolean(),
    drop: fc.constantFrom(0, 0, 0, 0, 1, 3),
  }),
  {minLength: 1, maxLength: 60},
)

it('holds what a look at all events of the window would find, in any order of arrival', () => {
  fc.assert(
    fc.property(
      steps,
      fc.integer({min: 1, max: 30}),
      fc.integer({min: 1, max: 12}),
      (arrivals, span, limit) => {
        const series = new EventSeries()
        series.keepRunning(OWNER, '', new RunningWindow(TRACKED, series.events, 0, 0))
        const running = series.runningWindow(OWNER, '') as RunningWindow
        for (const [i, {drop, time, ...fields}] of arrivals.entries()) {
          series.dropFirst(drop)
          series.insert(eventAt(time, `e${i}`, fields))
          const oldest = (series.events.at(-1) as StoredEvent).time - span
          const slid = running.slide(series.events, oldest, limit)
          const inTime = series.events.filter((event) => event.time > oldest)
          const members = inTime.slice(-limit).filter(TRACKED.isMember)
          expect(running.members).toBeLessThanOrEqual(limit)
          if (slid) expect(inTime.length).toBeGreaterThan(0)
          expect(summaryOf(running)).toEqual(expectedOf(members, running))
        }
      },
    ),
    {numRuns: 300},
  )
})

function eventAt(time: number, id: string, fields: Omit<Step, 'time' | 'drop'>): StoredEvent {
  return {
    stream: 'transactions',
    rank: 2,
    time: time as EventTime,
    id,
    fields,
    predicates: [],
    contentHash: 0,
  }
}

function summaryOf({members, tallies, sums}: RunningWindow) {
  return {
    members,
    cards: new Map(tallies[0]?.counts),
    cardless: tallies[0]?.missing,
    amountless: sums[0]?.missing,
    sumIsNear: true,
  }
}

function expectedOf(members: readonly StoredEvent[], {sums}: RunningWindow) {
  const [sum] = sums
  const amounts = members.flatMap(({fields}) => (typeof fields.amount === 'number' ? [fields.amount] : []))
  const exact = amounts.reduce((total, amount) => total + amount, 0)
  const cards = new Map<unknown, number>()
  for (const {fields} of members)
    if (fields.card !== undefined) cards.set(fields.card, (cards.get(fields.card) ?? 0) + 1)
  return {
    members: members.length,
    cards,
    cardless: members.filter(({fields}) => fields.card === undefined).length,
    amountless: members.length - amounts.length,
    sumIsNear: sum !== undefined && Math.abs(sum.value - exact) <= errorOf(sum) + Math.abs(exact) * 1e-12,
  }
}
