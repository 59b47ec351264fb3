import {holds} from './conditions.js'
import type {AcceptedEvent, Evidence, TogetherMatch} from './shapes.js'
import {durationMs} from './spelled-time.js'
import {before, compareEvents} from './total-order.js'
import type {World} from './world.js'

/** One event per item, in the listed order. */
type Assignment = readonly AcceptedEvent[]

/**
 * Form `together`: distinct events, one per item, `max t - min t <= within`, each satisfying its `when`,
 * which may name any item. Of several assignments: the one whose last event is the smallest; among those,
 * in listed order, the newest event for each item.
 */
export function togetherEvidence(
  match: TogetherMatch,
  history: readonly AcceptedEvent[],
  anchor: AcceptedEvent,
  world: World,
): Evidence | null {
  const items = match.together.of
  const valid = assignments(match, history, anchor).filter((assignment) =>
    satisfies(match, assignment, anchor, world),
  )
  const [best] = valid.sort(preference)
  if (best === undefined) return null
  const members = best.map((event, index) => ({as: items[index]?.as ?? '', event}))
  return {members: members.sort((left, right) => compareEvents(left.event, right.event))}
}

/** Every way to give the items distinct events of their streams near the anchor, which its item takes. */
function assignments(
  match: TogetherMatch,
  history: readonly AcceptedEvent[],
  anchor: AcceptedEvent,
): Assignment[] {
  const {of: items, anchor: anchorName = items[0]?.as} = match.together
  const within = durationMs(match.together.within)
  let partial: Assignment[] = [[]]
  for (const item of items) {
    const candidates = item.as === anchorName ? [anchor] : history
    partial = partial.flatMap((assignment) =>
      candidates
        .filter((event) => event.stream === item.stream && !assignment.includes(event))
        .filter((event) =>
          [...assignment, anchor].every((other) => Math.abs(other.time - event.time) <= within),
        )
        .map((event) => [...assignment, event]),
    )
  }
  return partial
}

function satisfies(
  match: TogetherMatch,
  assignment: Assignment,
  anchor: AcceptedEvent,
  world: World,
): boolean {
  const items = match.together.of
  const names = Object.fromEntries(items.map((item, index) => [item.as, assignment[index] as AcceptedEvent]))
  return items.every((item) => {
    const event = names[item.as] as AcceptedEvent
    const earlier = item.after === undefined ? undefined : names[item.after]
    if (earlier !== undefined && !before(earlier, event)) return false
    return holds(item.when, {world, tested: event, anchorTime: anchor.time, names})
  })
}

function preference(left: Assignment, right: Assignment): number {
  const byLast = compareEvents(lastOf(left), lastOf(right))
  if (byLast !== 0) return byLast
  for (const [index, event] of left.entries()) {
    const newestFirst = compareEvents(right[index] as AcceptedEvent, event)
    if (newestFirst !== 0) return newestFirst
  }
  return 0
}

function lastOf(assignment: Assignment): AcceptedEvent {
  return [...assignment].sort(compareEvents).at(-1) as AcceptedEvent
}
