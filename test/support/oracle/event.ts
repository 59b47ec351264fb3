import {holds} from './conditions.js'
import type {AcceptedEvent, EventMatch, Evidence} from './shapes.js'
import type {World} from './world.js'

/** Form `event`: the anchor is any event of the stream for which `when` holds. */
export function eventEvidence(match: EventMatch, anchor: AcceptedEvent, world: World): Evidence | null {
  const {as, stream} = match.event
  if (anchor.stream !== stream) return null
  const fires = holds(match.when, {world, tested: anchor, anchorTime: anchor.time, names: {[as]: anchor}})
  return fires ? {members: [{as, event: anchor}]} : null
}
