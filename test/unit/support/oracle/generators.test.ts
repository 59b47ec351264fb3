import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {
  delayedArrivals,
  shuffledArrivals,
  withDuplicates,
} from '../../../support/oracle/generators/arrivals.js'
import {generatedLists, generatedRates} from '../../../support/oracle/generators/data-files.js'
import {eventSets} from '../../../support/oracle/generators/event-sets.js'
import {ruleSets} from '../../../support/oracle/generators/rule-sets.js'
import {CLOSE, LONG, type Scale} from '../../../support/oracle/generators/scale.js'
import {expectedOutcome, type Outcome} from '../../../support/oracle/outcome.js'
import type {ReplayLine, RuleFile} from '../../../support/oracle/shapes.js'

const twoOrders = (scale: Scale, arrivals: typeof shuffledArrivals) =>
  eventSets({scale, users: 2, maxEvents: 30})
    .chain(withDuplicates)
    .chain((lines) => fc.tuple(arrivals(lines), arrivals(lines)))

const everyRule = (scale: Scale) => ruleSets({scale, sequence: true, cooldown: true, furtherKeys: true})

function outcomeOf(rules: readonly RuleFile[], lines: readonly ReplayLine[], scale: Scale): Outcome {
  return expectedOutcome({rules, lines, lists: generatedLists(scale), rates: generatedRates(scale)})
}

/** Counts over seeded samples, so that a generator that makes rules nobody can meet is noticed. */
function sampledOutcomes(scale: Scale, arrivals: typeof shuffledArrivals): readonly Outcome[] {
  const cases = fc.sample(fc.tuple(everyRule(scale), twoOrders(scale, arrivals)), {numRuns: 60, seed: 7})
  return cases.map(([rules, [lines]]) => outcomeOf(rules, lines, scale))
}

describe.each([
  {kind: 'shuffled sets within lateness', scale: CLOSE, arrivals: shuffledArrivals},
  {kind: 'long sets with bounded delays', scale: LONG, arrivals: delayedArrivals},
])('$kind', ({scale, arrivals}) => {
  it('are accepted whole, duplicates apart', () => {
    fc.assert(
      fc.property(twoOrders(scale, arrivals), ([lines]) => {
        const {ledger, deadLetters, late} = outcomeOf([], lines, scale)
        expect({deadLetters, late}).toEqual({deadLetters: [], late: []})
        const distinct = Object.values(ledger).reduce(
          (sum, entry) => sum + entry.accepted + entry.duplicate,
          0,
        )
        expect(distinct).toBe(lines.length)
      }),
      {numRuns: 60},
    )
  })

  it('give one truth in any arrival order', () => {
    fc.assert(
      fc.property(everyRule(scale), twoOrders(scale, arrivals), (rules, [one, other]) => {
        const [first, second] = [outcomeOf(rules, one, scale), outcomeOf(rules, other, scale)]
        expect(second.alerts).toEqual(first.alerts)
        expect(second.decisions).toEqual(first.decisions)
      }),
      {numRuns: 60},
    )
  })

  it('fire some of the generated rules, and not all of them always', () => {
    const outcomes = sampledOutcomes(scale, arrivals)
    const withAlerts = outcomes.filter(({alerts}) => alerts.length > 0).length
    expect(withAlerts).toBeGreaterThan(15)
    expect(withAlerts).toBeLessThan(60)
    const decisions = outcomes.flatMap((outcome) => outcome.decisions.map(({decision}) => decision))
    expect(new Set(decisions)).toEqual(new Set(['approve', 'review', 'decline']))
  })
})

describe('event sets with id conflicts', () => {
  it('hold lines that are refused as such', () => {
    const sets = fc.sample(eventSets({scale: CLOSE, idConflicts: true}), {numRuns: 40, seed: 3})
    const reasons = sets.flatMap((lines) => outcomeOf([], lines, CLOSE).deadLetters.map(({reason}) => reason))
    expect(new Set(reasons)).toEqual(new Set(['id_conflict']))
  })
})
