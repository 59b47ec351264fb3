import type {StoredEvent} from '../event/stored-event.js'
import type {Condition} from '../expression/condition.js'
import {ERROR, TRUE} from '../expression/evaluation.js'
import type {KeyView, Predicate} from './form.js'

/** Whether a predicate holds for an event. `undefined` stands for a condition that is always true. */
export function holds(predicate: Predicate | undefined, event: StoredEvent, view: KeyView): boolean {
  if (predicate === undefined) return true
  if (!mayHold(predicate, event)) return false
  if (predicate.fixed) return true
  view.evaluation.bound[predicate.slot] = event
  return conditionHolds(predicate.condition, event, view)
}

/** What is known without a look at anything but the event: false only if the predicate cannot hold. */
export function mayHold(predicate: Predicate | undefined, event: StoredEvent): boolean {
  return predicate === undefined || predicate.bit < 0 || hasBit(event, predicate.bit)
}

/** The bits of predicates of which an event must satisfy one to matter; undefined if every event may. */
export function concernBitsOf(predicates: readonly (Predicate | undefined)[]): readonly number[] | undefined {
  const bits: number[] = []
  for (const predicate of predicates) {
    if (predicate === undefined || predicate.bit < 0) return undefined
    bits.push(predicate.bit)
  }
  return bits
}

/** Tests a condition over the events that are bound; its joins are those of `joined`. */
export function conditionHolds(condition: Condition, joined: StoredEvent, view: KeyView): boolean {
  bindJoins(condition, joined, view)
  const truth = condition.test(view.evaluation)
  if (truth === ERROR) view.countMissingInput()
  return truth === TRUE
}

export function bindJoins(condition: Condition, joined: StoredEvent, view: KeyView): void {
  if (condition.uses.location) view.evaluation.location = view.locationAsOf(joined)
  if (condition.uses.merchant) view.evaluation.merchant = view.merchantAsOf(joined)
  const {features} = condition.uses
  if (features.length > 0) view.evaluation.features = view.featuresAsOf(joined, features)
}

function hasBit(event: StoredEvent, bit: number): boolean {
  return (((event.predicates[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1
}
