import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {MemoryCaseStore} from '../../../../src/adapters/memory/memory-case-store.js'
import type {CaseChange} from '../../../../src/core/case/case-change.js'
import {formatTime} from '../../../../src/core/event/time.js'
import type {OutboxEntry} from '../../../../src/engine/port/state-store.js'
import {alertOf, change, closing, DEADLINES, userCase} from '../../../conformance/cases.js'
import {at, outboxEntry} from '../../../conformance/samples.js'

/** What may happen: alerts of two users come and go, and somebody works on the cases that they open. */
const happening = fc.oneof(
  fc.record({
    kind: fc.constant('alert' as const),
    user: fc.constantFrom('u1', 'u2'),
    alert: fc.integer({min: 0, max: 5}),
    holds: fc.boolean(),
  }),
  fc.record({
    kind: fc.constantFrom('assigned' as const, 'noted' as const, 'reviewed' as const, 'closed' as const),
    user: fc.constantFrom('u1', 'u2'),
    alert: fc.integer({min: 0, max: 5}),
  }),
)

function entriesOf(
  happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[],
): OutboxEntry[] {
  return happenings.map((happened, i) => {
    const {user, alert} = happened
    const id = `${user}-a${alert}`
    if (happened.kind === 'alert') {
      const type = happened.holds ? 'alert.opened' : 'alert.retracted'
      return outboxEntry(i + 1, {
        alerts: [alertOf(user, id, {type, revision: i, event_time: formatTime(at(alert * 1000))})],
      })
    }
    return outboxEntry(i + 1, {caseChanges: [changeOf(happened.kind, userCase(user, id), `change-${i}`)]})
  })
}

function changeOf(kind: CaseChange['type'], case_id: string, change_id: string): CaseChange {
  if (kind === 'closed') return closing(case_id, change_id)
  if (kind === 'noted') return change(case_id, 'noted', {change_id, text: 'x'})
  return change(case_id, kind, {change_id, assignee: 'ana'})
}

async function outcome(entries: readonly OutboxEntry[]) {
  const store = new MemoryCaseStore(DEADLINES)
  const records = []
  for (const entry of entries) records.push(...(await store.fold(entry)))
  return {views: (await store.cases({}, 1_000, undefined)).items, records}
}

describe('cases', () => {
  test('do not depend on how often entries are published again, from wherever a crash went back to', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, {maxLength: 30}),
        fc.array(fc.tuple(fc.nat(30), fc.nat(5)), {maxLength: 4}),
        async (happenings, crashes) => {
          const entries = entriesOf(happenings)
          const again = [...entries]
          // Later ones first, so that the places of the others stay.
          for (const [place, back] of crashes.sort(([a], [b]) => b - a))
            again.splice(place, 0, ...entries.slice(Math.max(0, place - back), place))
          expect(await outcome(again)).toEqual(await outcome(entries))
        },
      ),
      {numRuns: 200},
    )
  })

  test('count what was told of them, and never open again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, {maxLength: 40}), async (happenings) => {
        const {views, records} = await outcome(entriesOf(happenings))
        for (const {case_id, revision, alerts, closed, entity} of views) {
          const told = records.filter((record) => record.case_id === case_id)
          expect(told.map((record) => record.revision)).toEqual(
            Array.from({length: revision + 1}, (_, i) => i),
          )
          expect(told.filter(({type}) => type === 'case.opened')).toHaveLength(1)
          expect(told.filter(({type}) => type === 'case.closed')).toHaveLength(closed === null ? 0 : 1)
          expect(new Set(alerts.map(({alert_id}) => alert_id)).size).toBe(alerts.length)
          if (closed !== null) expect(told.at(-1)?.status).toMatch(/^closed_/)
          expect(alerts.every(({alert_id}) => alert_id.startsWith(entity.value))).toBe(true)
        }
        const open = views.filter(({closed}) => closed === null).map(({entity}) => entity.value)
        expect(new Set(open).size).toBe(open.length)
      }),
      {numRuns: 200},
    )
  })
})
