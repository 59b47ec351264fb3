import {holds} from './conditions.js'
import type {AcceptedEvent, Evidence, WindowMatch} from './shapes.js'
import {durationMs} from './spelled-time.js'
import {compareEvents} from './total-order.js'
import type {World} from './world.js'

/**
 * Form `window`: the members are the events y of the stream with `when`, `x.t - span < y.t <= x.t` and y <=
 * x in the total order; fires iff x itself is one and `having` holds over them.
 */
export function windowEvidence(
  match: WindowMatch,
  history: readonly AcceptedEvent[],
  anchor: AcceptedEvent,
  world: World,
): Evidence | null {
  const {as, stream, when, span} = match.window
  const satisfies = (event: AcceptedEvent): boolean =>
    event.stream === stream &&
    holds(when, {world, tested: event, anchorTime: anchor.time, names: {[as]: event}})
  if (!satisfies(anchor)) return null
  const members = history.filter(
    (event) =>
      event.time > anchor.time - durationMs(span) && compareEvents(event, anchor) <= 0 && satisfies(event),
  )
  const fires = holds(match.having, {
    world,
    tested: anchor,
    anchorTime: anchor.time,
    names: {[as]: anchor},
    groups: {[as]: members},
    window: as,
  })
  return fires ? {members: members.map((event) => ({as, event}))} : null
}
