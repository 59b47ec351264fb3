import type {Change, ToldChange} from '../change/change.js'
import {withEvents} from '../change/event-change.js'
import {tooFewEvents} from '../change/times-change.js'
import {type Absence, layoutOf} from '../near-miss/sequence-layout.js'
import type {Assignment} from '../trial/assignment.js'
import type {Trial} from '../trial/trial.js'
import type {FlipSearch} from './flip-search.js'

/** What of a sequence's form would break it: an event that must be absent would come, or a group would be too small. */
export function sequenceBreaks(
  trial: Trial,
  search: FlipSearch,
  assignment: Assignment,
): readonly (readonly ToldChange[])[] {
  if (!('sequence' in trial.match)) return []
  const {steps, until, trailing, within} = layoutOf(trial.match.sequence)
  const bound = steps.flatMap(({slot}) => assignment.groups[slot] ?? assignment.bound[slot] ?? [])
  const deadline = Math.min(...bound.map(({time}) => time)) + within
  const near = bound.flatMap(({time}) => [time, time + 1, time - 1])
  const arrivals = (absence: Absence, last: number | null): readonly Change[] =>
    withEvents(trial, assignment, {
      ...absence,
      count: 1,
      times: [...new Set([...(last === null ? [] : [last]), ...near])],
      until: last,
    })
  const between = [...steps.flatMap(({absences}) => absences), ...(until === undefined ? [] : [until])]
  const ways = [
    ...between.map((absence) => arrivals(absence, null)),
    ...trailing.map((absence) => arrivals(absence, deadline)),
    ...steps.map((step) => {
      const change = tooFewEvents(step, assignment.groups[step.slot] ?? [])
      return change === undefined ? [] : [change]
    }),
  ]
  return ways.flatMap((changes) => {
    const proven = firstProven(search, changes)
    return proven === undefined ? [] : [proven]
  })
}

function firstProven(search: FlipSearch, changes: readonly Change[]): readonly ToldChange[] | undefined {
  for (const change of changes) {
    const proven = search.proven([change])
    if (proven !== undefined) return proven
  }
  return undefined
}
