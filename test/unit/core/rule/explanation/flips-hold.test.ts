import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {ToldChange} from '../../../../../src/core/rule/explanation/change/change.js'
import {generatedLists, generatedRates} from '../../../../support/oracle/generators/data-files.js'
import {eventSets} from '../../../../support/oracle/generators/event-sets.js'
import {generatedRule} from '../../../../support/oracle/generators/rule-sets.js'
import {CLOSE, LONG} from '../../../../support/oracle/generators/scale.js'
import type {ReplayLine} from '../../../../support/oracle/shapes.js'
import {applied} from './applied-change.js'
import {anchorsOf, type Case, explained, isAlerted} from './explained.js'

/** How many cases each property tries; a failure prints its seed and path. */
const CASES = Number(process.env.TRIPLINE_TEST_CASES ?? 60)

/** Of each case so many events are explained. */
const ANCHORS = 2

/** What holds just across a border holds so far beyond it: in dollars, binary so that sums are exact. */
const FURTHER = 123.25

/*
 * The promise: what an explanation says would be otherwise, would be. Each flip that can be put into events or into the
 * rule's text is put there, and the engine is asked again, from the first line on.
 */
describe.each([
  {kind: 'events that lie close together', scale: CLOSE, furtherKeys: false},
  {kind: 'long histories', scale: LONG, furtherKeys: false},
  {kind: 'rules by merchant, device and address', scale: CLOSE, furtherKeys: true},
])('$kind', ({scale, furtherKeys}) => {
  const files = [...generatedLists(scale), generatedRates(scale)]
  const rules = generatedRule({scale, furtherKeys, sequence: true, cooldown: true}).map((rule) => ({
    ...rule,
    mode: 'live',
    action: 'review',
  }))
  const histories = eventSets({scale, users: furtherKeys ? 2 : 1, maxEvents: 30}).map(withLocationIds)

  it('are explained as the engine sees them, and every flip is true', async () => {
    await fc.assert(
      fc.asyncProperty(rules, histories, fc.nat(), async (rule, lines, pick) => {
        const given: Case = {rule, files, lines}
        const anchors = anchorsOf(given)
        for (let i = 0; i < Math.min(ANCHORS, anchors.length); i++)
          await expectTrue(given, anchors[(pick + i) % anchors.length]?.id ?? '')
      }),
      {numRuns: CASES},
    )
  })
})

async function expectTrue(given: Case, id: string): Promise<void> {
  const {fires, suppressed_by, flips, clauses, failures} = await explained(given, id)
  expect({id, fires}).toEqual({id, fires: await firesFor(given, id)})
  expect({id, alerts: fires && suppressed_by === null}).toEqual({id, alerts: await isAlerted(given, id)})
  const isFlawless = clauses.every(({outcome}) => outcome === 'true') && failures.length === 0
  expect({id, isFlawless}).toEqual({id, isFlawless: fires})
  for (const {text, outcome, changes} of flips) {
    for (const beyond of [0, FURTHER]) {
      const changed = withAll(given, changes, beyond)
      if (changed === undefined) continue
      if (outcome === 'alerts')
        expect({id, text, alerts: await isAlerted(changed, id)}).toEqual({id, text, alerts: true})
      else expect({id, text, fires: await firesFor(changed, id)}).toEqual({id, text, fires: !fires})
    }
  }
}

/** Whether the engine says that the rule fires, alerted or not. */
function firesFor(given: Case, id: string): Promise<boolean> {
  const {cooldown: _, ...rule} = given.rule as {readonly cooldown?: string}
  return isAlerted({...given, rule}, id)
}

/** Undefined if a change cannot be put into events and rule. */
function withAll(given: Case, changes: readonly ToldChange[], beyond: number): Case | undefined {
  let changed: Case | undefined = given
  for (const change of changes) changed = changed && applied(changed, change, beyond)
  return changed
}

/** So that a location is found again when it changes: its id is not made of its content. */
function withLocationIds(lines: readonly ReplayLine[]): readonly ReplayLine[] {
  return lines.map((line, i) =>
    line.stream === 'locations' ? {...line, event: {location_id: `l${i}`, ...(line.event as object)}} : line,
  )
}
