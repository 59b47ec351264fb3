import fc from 'fast-check'
import {expect, it} from 'vitest'
import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import type {EventTime} from '../../../../src/core/event/time.js'
import {EventSeries} from '../../../../src/core/history/event-series.js'
import {RunningWindow} from '../../../../src/core/history/running-window.js'
import {WindowKinds} from '../../../../src/core/history/window-kinds.js'
import {errorOf, WindowTotals} from '../../../../src/core/history/window-totals.js'

const OWNER = {}
const KINDS = {}
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
        series.keepRunning(OWNER, '', new RunningWindow(new WindowTotals(TRACKED), series.events, 0, 0))
        const running = series.runningWindow<WindowTotals>(OWNER, '') as RunningWindow<WindowTotals>
        series.keepRunning(KINDS, '', new RunningWindow(kindsOfMembers(), series.events, 0, 0))
        const kinds = series.runningWindow<WindowKinds>(KINDS, '') as RunningWindow<WindowKinds>
        for (const [i, {drop, time, ...fields}] of arrivals.entries()) {
          series.dropFirst(drop)
          series.insert(eventAt(time, `e${i}`, fields))
          const oldest = (series.events.at(-1) as StoredEvent).time - span
          const slid = running.slide(series.events, oldest, limit)
          const inTime = series.events.filter((event) => event.time > oldest)
          const members = inTime.slice(-limit).filter(TRACKED.isMember)
          expect(running.of.members).toBeLessThanOrEqual(limit)
          if (slid) expect(inTime.length).toBeGreaterThan(0)
          expect(summaryOf(running.of)).toEqual(expectedOf(members, running.of))
          kinds.slide(series.events, oldest, limit)
          expect(countsOf(kinds.of)).toEqual(expectedCounts(members))
        }
      },
    ),
    {numRuns: 300},
  )
})

function kindsOfMembers(): WindowKinds {
  return new WindowKinds(['card', 'amount'], TRACKED.isMember)
}

function countsOf(kinds: WindowKinds): ReadonlyMap<string, number> {
  return new Map([...kinds.kinds()].map(({example, count}) => [nameOf(example), count]))
}

function expectedCounts(members: readonly StoredEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const member of members) counts.set(nameOf(member), (counts.get(nameOf(member)) ?? 0) + 1)
  return counts
}

/** Events with the same card and amount have the same name. A map tells 0 and -0 apart no more than this does. */
const nameOf = ({fields}: StoredEvent) => `${fields.card} ${Number(fields.amount) + 0}`

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

function summaryOf({members, tallies, sums}: WindowTotals) {
  return {
    members,
    cards: new Map(tallies[0]?.counts),
    cardless: tallies[0]?.missing,
    amountless: sums[0]?.missing,
    sumIsNear: true,
  }
}

function expectedOf(members: readonly StoredEvent[], {sums}: WindowTotals) {
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
