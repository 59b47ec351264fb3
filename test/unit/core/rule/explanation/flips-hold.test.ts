import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {generatedLists, generatedRates} from '../../../../support/oracle/generators/data-files.js'
import {eventSets} from '../../../../support/oracle/generators/event-sets.js'
import {generatedRule} from '../../../../support/oracle/generators/rule-sets.js'
import {CLOSE, LONG} from '../../../../support/oracle/generators/scale.js'
import type {ReplayLine} from '../../../../support/oracle/shapes.js'
import {applied} from './applied-change.js'
import {anchorsOf, type Case, explained, isAlerted} from './explained.js'

/** How many cases each property tries; a failure prints its seed and path. */
const CASES = Number(process.env.TRIPLINE_TEST_CASES ?? 150)
const ANCHORS = 3

describe.each([
  {kind: 'events that lie close together', scale: CLOSE},
  {kind: 'long histories', scale: LONG},
])('$kind', ({scale}) => {
  const files = [...generatedLists(scale), generatedRates(scale)]
  const rules = generatedRule({scale, sequence: true}).map((rule) => ({
    ...rule,
    mode: 'live',
    action: 'review',
  }))
  const lines = eventSets({scale, users: 1, maxEvents: 30}).map(withLocationIds)

  it('an explanation says what the engine says, and every flip that can be tried is true', async () => {
    const tried = {fires: 0, does_not_fire: 0, skipped: 0, whats: {} as Record<string, number>}
    await fc.assert(
      fc.asyncProperty(rules, lines, fc.nat(), async (rule, events, pick) => {
        const given: Case = {rule, files, lines: events}
        const anchors = anchorsOf(given)
        for (let i = 0; i < Math.min(ANCHORS, anchors.length); i++) {
          const anchor = anchors[(pick + i) % anchors.length]!
          const explanation = await explained(given, anchor)
          expect({id: anchor.id, fires: explanation.fires}).toEqual({
            id: anchor.id,
            fires: await isAlerted(given, anchor.id),
          })
          for (const flip of explanation.flips) {
            const changed = flip.changes.reduce<Case | undefined>(
              (sofar, change) => sofar && applied(sofar, change),
              given,
            )
            if (changed === undefined) {
              tried.skipped++
              continue
            }
            tried[flip.outcome as 'fires']++
            for (const {what} of flip.changes) tried.whats[what] = (tried.whats[what] ?? 0) + 1
            expect({text: flip.text, fires: await isAlerted(changed, anchor.id)}).toEqual({
              text: flip.text,
              fires: !explanation.fires,
            })
          }
        }
      }),
      {numRuns: CASES},
    )
    console.log(JSON.stringify(tried))
  })
})

/** So that a location is found again by its id when it changes. */
function withLocationIds(lines: readonly ReplayLine[]): readonly ReplayLine[] {
  return lines.map((line, i) =>
    line.stream === 'locations' ? {...line, event: {location_id: `l${i}`, ...(line.event as object)}} : line,
  )
}
