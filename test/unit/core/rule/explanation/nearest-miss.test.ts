import fc from 'fast-check'
import {expect, it} from 'vitest'
import {admit} from '../../../../support/oracle/admission.js'
import {holds} from '../../../../support/oracle/conditions.js'
import {generatedLists, generatedRates} from '../../../../support/oracle/generators/data-files.js'
import {eventSets} from '../../../../support/oracle/generators/event-sets.js'
import {eventPredicate, pairPredicate} from '../../../../support/oracle/generators/predicates.js'
import {CLOSE} from '../../../../support/oracle/generators/scale.js'
import {type AcceptedEvent, DEFAULT_SETTINGS} from '../../../../support/oracle/shapes.js'
import {before} from '../../../../support/oracle/total-order.js'
import {worldOf} from '../../../../support/oracle/world.js'
import {anchorsOf, type Case, explained} from './explained.js'

/** How many cases the property tries; a failure prints its seed and path. */
const CASES = Number(process.env.TRIPLINE_TEST_CASES ?? 60)

const WITHIN_MS = 120_000
const SETTINGS = {...DEFAULT_SETTINGS, allowedLateness: Number.MAX_SAFE_INTEGER / 2}
const LISTS = generatedLists(CLOSE)
const RATES = generatedRates(CLOSE)

/** An item of `together` with the clauses of its condition. */
interface Item {
  readonly as: string
  readonly stream: 'transactions' | 'locations'
  readonly clauses: readonly string[]
  readonly after?: string
}

const oneClause = (text: string): boolean => !text.includes('&&')

const items: fc.Arbitrary<readonly Item[]> = fc
  .tuple(
    fc.array(eventPredicate('transactions', 'a', 'user_id').filter(oneClause), {maxLength: 2}),
    fc.array(eventPredicate('locations', 'b', 'user_id').filter(oneClause), {maxLength: 1}),
    fc.array(
      pairPredicate({name: 'a', stream: 'transactions'}, {name: 'b', stream: 'locations'}).filter(oneClause),
      {maxLength: 2},
    ),
    fc.boolean(),
  )
  .map(([ofA, ofB, ofBoth, isOrdered]) => [
    {as: 'a', stream: 'transactions', clauses: ofA},
    {as: 'b', stream: 'locations', clauses: [...ofB, ...ofBoth], ...(isOrdered ? {after: 'a'} : {})},
  ])

it('the nearest miss fails in no more things than any other assignment of events', async () => {
  const histories = eventSets({scale: CLOSE, users: 1, maxEvents: 12})
  await fc.assert(
    fc.asyncProperty(items, histories, async (of, lines) => {
      const given: Case = {rule: ruleOf(of), files: [...LISTS, RATES], lines}
      const {accepted} = admit(lines, SETTINGS)
      for (const {id} of anchorsOf(given).slice(0, 3)) {
        const {clauses, failures} = await explained(given, id)
        const failed = clauses.filter(({outcome}) => outcome !== 'true').length + failures.length
        expect({id, failed}).toEqual({id, failed: fewestFailures(of, accepted, id)})
      }
    }),
    {numRuns: CASES},
  )
})

function ruleOf(of: readonly Item[]): object {
  return {
    schema: 'tripline/rule/v1',
    id: 'generated',
    version: 1,
    title: 'A generated rule',
    key: 'user_id',
    severity: 'low',
    action: 'review',
    score: 10,
    match: {
      together: {
        within: `${WITHIN_MS}ms`,
        of: of.map(({clauses, ...item}) =>
          clauses.length === 0 ? item : {...item, when: clauses.map((clause) => `(${clause})`).join(' && ')},
        ),
      },
    },
  }
}

/** By brute force: of all events that could stand for b, beside none at all. */
function fewestFailures([a, b]: readonly Item[], accepted: readonly AcceptedEvent[], id: string): number {
  const world = worldOf(accepted, LISTS, RATES, SETTINGS.locationMaxAge)
  const anchor = world.events.find((event) => event.stream === 'transactions' && event.id === id)
  if (anchor === undefined || a === undefined || b === undefined) throw new Error(`no event ${id}`)
  const fails = (item: Item, tested: AcceptedEvent, names: {readonly [as: string]: AcceptedEvent}): number =>
    item.clauses.filter((clause) => !holds(clause, {world, tested, anchorTime: anchor.time, names})).length
  const others = world.events.filter((event) => event.stream === 'locations')
  if (others.length === 0) return fails(a, anchor, {a: anchor}) + 1
  return Math.min(
    ...others.map((other) => {
      const isApart = Math.abs(other.time - anchor.time) > WITHIN_MS
      const isEarly = b.after !== undefined && !before(anchor, other)
      const names = {a: anchor, b: other}
      return fails(a, anchor, names) + fails(b, other, names) + Number(isApart) + Number(isEarly)
    }),
  )
}
