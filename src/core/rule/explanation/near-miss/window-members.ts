import {compareEvents} from '../../../event/order.js'
import type {StoredEvent} from '../../../event/stored-event.js'
import {TRUE} from '../../../expression/evaluation.js'
import type {WindowMatch} from '../../rule-file.js'
import {see} from '../trial/assignment.js'
import type {Trial} from '../trial/trial.js'

/** What the window of an anchor holds, the anchor included whether it belongs there or not. In the total order. */
export function windowMembers(
  trial: Trial,
  window: WindowMatch['window'],
  anchor: StoredEvent,
): readonly StoredEvent[] {
  return possibleMembers(trial, window, anchor).filter(({time}) => time > anchor.time - window.span)
}

/** The events up to an anchor that its window would hold if it reached back far enough. */
export function possibleMembers(
  trial: Trial,
  {stream}: WindowMatch['window'],
  anchor: StoredEvent,
): readonly StoredEvent[] {
  const {view} = trial
  const part = trial.parts.find(({place}) => place === 'match.window.when')
  const isMember = (event: StoredEvent): boolean => {
    if (event === anchor || part === undefined) return true
    return part.condition.test(see({anchor, bound: [event], groups: []}, part, view)) === TRUE
  }
  return trial
    .eventsOf(stream, anchor)
    .filter((event) => compareEvents(event, anchor) <= 0)
    .slice(-view.limits.historyCap - 1)
    .filter(isMember)
}
