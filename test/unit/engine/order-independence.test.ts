import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {bundleOf, collectedRun} from '../../support/engine/collected-run.js'
import {expectedTruth, truthOf} from '../../support/engine/truth.js'
import {delayedArrivals, shuffledArrivals, withDuplicates} from '../../support/oracle/generators/arrivals.js'
import {brokenLines} from '../../support/oracle/generators/broken-lines.js'
import {generatedLists, generatedRates} from '../../support/oracle/generators/data-files.js'
import {eventSets} from '../../support/oracle/generators/event-sets.js'
import {ruleSets} from '../../support/oracle/generators/rule-sets.js'
import {CLOSE, LONG} from '../../support/oracle/generators/scale.js'
import {expectedOutcome} from '../../support/oracle/outcome.js'

/** How many cases each property tries; a failure prints its seed and path. */
const CASES = Number(process.env.TRIPLINE_TEST_CASES ?? 400)

/*
 * The promise: the final alerts and decisions are a function of the events, not of their arrival. The engine, which
 * works event by event, is held against a brute-force reading of the rule language that knows no order of arrival.
 */
describe.each([
  {kind: 'any order of events that lie close together', scale: CLOSE, arrivals: shuffledArrivals},
  {kind: 'long histories with delays within the allowed lateness', scale: LONG, arrivals: delayedArrivals},
])('$kind', ({scale, arrivals}) => {
  const lists = generatedLists(scale)
  const rates = generatedRates(scale)
  const rules = ruleSets({scale, cooldown: true, sequence: true})
  const arriving = eventSets({scale, users: 2, maxEvents: 40})
    .chain(withDuplicates)
    .chain((lines) => arrivals(lines))

  it('gives what a brute-force reading of the rules gives', async () => {
    await fc.assert(
      fc.asyncProperty(rules, arriving, async (ruleSet, lines) => {
        const bundle = bundleOf([...ruleSet, ...lists, rates])
        const run = await collectedRun(bundle, lines)
        expect(truthOf(run)).toEqual(expectedTruth(expectedOutcome({rules: ruleSet, lines, lists, rates})))
      }),
      {numRuns: CASES},
    )
  })

  it('takes broken lines in between without a change', async () => {
    const withBroken = fc
      .tuple(
        arriving,
        fc.array(brokenLines, {minLength: 1, maxLength: 5}),
        fc.infiniteStream(fc.double({min: 0, max: 1, noNaN: true})),
      )
      .map(([lines, broken, places]) => {
        const mixed: unknown[] = [...lines]
        for (const line of broken)
          mixed.splice(Math.floor((places.next().value as number) * mixed.length), 0, line)
        return mixed as (string | (typeof lines)[number])[]
      })
    await fc.assert(
      fc.asyncProperty(rules, withBroken, async (ruleSet, lines) => {
        const bundle = bundleOf([...ruleSet, ...lists, rates])
        const run = await collectedRun(bundle, lines)
        expect(truthOf(run)).toEqual(expectedTruth(expectedOutcome({rules: ruleSet, lines, lists, rates})))
      }),
      {numRuns: Math.ceil(CASES / 4)},
    )
  })
})

/* Where many events of a key lie within reach, what they come to is kept from one anchor to the next. */
it('gives the same where many events lie in reach of each other', async () => {
  const rules = ruleSets({scale: CLOSE, cooldown: true, sequence: true})
  const arriving = eventSets({scale: CLOSE, users: 1, minEvents: 60, maxEvents: 110}).chain(shuffledArrivals)
  const lists = generatedLists(CLOSE)
  const rates = generatedRates(CLOSE)
  await fc.assert(
    fc.asyncProperty(rules, arriving, async (ruleSet, lines) => {
      const run = await collectedRun(bundleOf([...ruleSet, ...lists, rates]), lines)
      expect(truthOf(run)).toEqual(expectedTruth(expectedOutcome({rules: ruleSet, lines, lists, rates})))
    }),
    {numRuns: Math.ceil(CASES / 10)},
  )
})
