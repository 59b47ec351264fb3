import type {StoredEvent} from '../../../event/stored-event.js'
import type {Evaluation} from '../../../expression/evaluation.js'
import type {KeyView, Match} from '../../form.js'
import {bindJoins} from '../../predicate.js'
import type {RulePart} from './rule-parts.js'
import type {Trial} from './trial.js'

/** The events that stand for a rule's names, complete or not. */
export interface Assignment {
  readonly anchor: StoredEvent
  /** By slot; a group's is its last event. */
  readonly bound: readonly (StoredEvent | undefined)[]
  /** By slot: the members of a group or window. */
  readonly groups: readonly (readonly StoredEvent[] | undefined)[]
}

/** What the rule found. */
export function assignmentOf({rule, view}: Trial, anchor: StoredEvent, match: Match): Assignment {
  const {bound, groups} = view.evaluation
  bound.length = 0
  groups.length = 0
  rule.form.bind(anchor, match, view)
  return {anchor, bound: [...bound], groups: [...groups]}
}

/** Makes a condition see an assignment, with the joins of the event that it tests. */
export function see(
  {bound, groups, anchor}: Assignment,
  {slot, condition}: RulePart,
  view: KeyView,
): Evaluation {
  const {evaluation} = view
  evaluation.bound.splice(0, evaluation.bound.length, ...bound)
  evaluation.groups.splice(0, evaluation.groups.length, ...groups)
  evaluation.anchorTime = anchor.time
  evaluation.location = undefined
  evaluation.merchant = undefined
  const tested = bound[slot]
  if (tested !== undefined) bindJoins(condition, tested, view)
  return evaluation
}
