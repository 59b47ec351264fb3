import type {StoredEvent} from '../../../event/stored-event.js'
import type {Assignment} from '../trial/assignment.js'
import type {Trial} from '../trial/trial.js'
import {failedClauses} from './clause-miss.js'
import type {NearMiss} from './failure.js'
import {nearSequence} from './near-sequence.js'
import {nearTogether} from './near-together.js'
import {windowMembers} from './window-members.js'

/** Of the ways to assign events to a rule's names, the one that fails it in the fewest things, for an anchor for which it does not fire. */
export function nearMiss(trial: Trial, anchor: StoredEvent): NearMiss {
  const {match} = trial
  if ('together' in match) return nearTogether(trial, match.together, anchor)
  if ('sequence' in match) return nearSequence(trial, match.sequence, anchor)
  const groups = 'window' in match ? [windowMembers(trial, match.window, anchor)] : []
  const assignment: Assignment = {anchor, bound: [anchor], groups}
  const failures = trial.parts.flatMap((part) => failedClauses(trial, part, assignment))
  return {assignment, failures, isComplete: true}
}
