import type {StoredEvent} from '../../../event/stored-event.js'
import type {Match} from '../../form.js'
import type {ToldChange} from '../change/change.js'
import {reaching, spanChange} from '../change/span-change.js'
import {possibleMembers} from '../near-miss/window-members.js'
import type {Assignment} from '../trial/assignment.js'
import type {Trial} from '../trial/trial.js'
import type {FlipSearch} from './flip-search.js'

/** Rounds in which a tighter assignment may turn up. */
const ROUNDS = 20

/** The reach in time below which a rule would no longer fire. */
export function shorterReach(
  trial: Trial,
  search: FlipSearch,
  {anchor, groups}: Assignment,
  match: Match,
): readonly (readonly ToldChange[])[] {
  if ('window' in trial.match) return shorterSpan(trial, search, anchor, groups[0] ?? [])
  if ('event' in trial.match) return []
  // Each round leaves out the assignments that reach as far as the last one.
  let reach = reachOf(match)
  for (let round = 0; round < ROUNDS && reach > 0; round++) {
    const tighter = trial.find(anchor, reaching(reach - 1))
    if (tighter === undefined) {
      const proven = search.proven([spanChange(trial.match, '<', reach, reach - 1)])
      return proven === undefined ? [] : [proven]
    }
    reach = reachOf(tighter)
  }
  return []
}

/** A window loses its members one after the other, the oldest first. */
function shorterSpan(
  trial: Trial,
  search: FlipSearch,
  anchor: StoredEvent,
  members: readonly StoredEvent[],
): readonly (readonly ToldChange[])[] {
  const ages = [...new Set(members.map(({time}) => anchor.time - time))].filter((age) => age > 0)
  for (const age of ages.slice(0, ROUNDS)) {
    const proven = search.proven([spanChange(trial.match, '<=', age, age)])
    if (proven !== undefined) return [proven]
  }
  return []
}

/** The shortest span with which a window would hold enough of what came before it for the rule to fire. */
export function longerSpan(
  trial: Trial,
  search: FlipSearch,
  anchor: StoredEvent,
): readonly (readonly ToldChange[])[] {
  if (!('window' in trial.match)) return []
  const {window} = trial.match
  const ages = possibleMembers(trial, window, anchor).map(({time}) => anchor.time - time)
  const beyond = [...new Set(ages)].filter((age) => age >= window.span).sort((a, b) => a - b)
  for (const age of beyond.slice(0, ROUNDS)) {
    const proven = search.proven([spanChange(trial.match, '>', age, age + 1)])
    if (proven !== undefined) return [proven]
  }
  return []
}

function reachOf({evidence}: Match): number {
  const times = evidence.map(({event}) => event.time)
  return Math.max(...times) - Math.min(...times)
}
