import type {Change, Ways} from '../change/change.js'
import {withEvents, withoutEvent} from '../change/event-change.js'
import {reorderings} from '../change/order-change.js'
import {spanChange} from '../change/span-change.js'
import {enoughEvents} from '../change/times-change.js'
import {togglesOf} from '../change/toggle.js'
import {atomsOf} from '../condition/atoms.js'
import type {Failure, IntruderFailure, NearMiss, NoEventFailure} from '../near-miss/failure.js'
import type {Trial} from '../trial/trial.js'

/** The ways to mend what of a rule's form failed, beside its conditions. */
export function repairsOfForm(trial: Trial, nearest: NearMiss, failure: Failure): Ways {
  switch (failure.kind) {
    case 'within':
      return [[spanChange(trial.match, '>=', failure.spread, failure.spread)]]
    case 'no-event':
      return arrivals(trial, nearest, failure).map((change) => [change])
    case 'order':
      return reorderings(trial, nearest, failure).map((change) => [change])
    case 'size':
      return [[enoughEvents(failure)]]
    case 'absent':
    case 'until':
      return [removal(failure), ...intruderChanges(trial, nearest, failure)]
    case 'next':
      return [removal(failure)]
    case 'clause':
      return []
  }
}

function removal({events, as}: IntruderFailure): readonly Change[] {
  return events.map((event) => withoutEvent(event, as))
}

/** The one event that must not be there would be no such event. */
function intruderChanges(trial: Trial, {assignment}: NearMiss, {slot, events}: IntruderFailure): Ways {
  const [intruder, second] = events
  const part = trial.parts.find((each) => each.slot === slot)
  if (intruder === undefined || second !== undefined || part === undefined) return []
  const bound = [...assignment.bound]
  bound[slot] = intruder
  return part.condition.clauses.flatMap(({term}, clause) =>
    atomsOf(term).flatMap((atom) =>
      togglesOf(trial, {part, clause, atom, assignment: {...assignment, bound}}).map((change) => [change]),
    ),
  )
}

/** The wanting events would come, at any time near the others. */
function arrivals(trial: Trial, {assignment}: NearMiss, vacancy: NoEventFailure): readonly Change[] {
  const near = assignment.bound.flatMap((event) =>
    event === undefined ? [] : [event.time, event.time + 1, event.time - 1],
  )
  const times = [...new Set([assignment.anchor.time, ...near])]
  return withEvents(trial, assignment, {...vacancy, times, until: null})
}
