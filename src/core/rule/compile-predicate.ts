import type {Stream} from '../event/stream.js'
import {type Condition, compileCondition} from '../expression/condition.js'
import {FALSE, TRUE} from '../expression/evaluation.js'
import type {Scope} from '../expression/scope.js'
import type {Predicate} from './form.js'
import {guardOf} from './predicate-table.js'
import type {RuleCompilation} from './rule-compilation.js'

/** The event that a condition is about: where it is bound, its stream, and what the condition sees. */
export interface TestedEvent {
  readonly slot: number
  readonly stream: Stream
  readonly scope: Scope
}

/** Whether a condition looks at no other event than the one that it is about (and its joins). */
export function isAlone({slots}: Condition, {slot}: TestedEvent): boolean {
  return slots.every((named) => named === slot)
}

/** A condition that looks at its own event alone, as a predicate. */
export function compilePredicate(
  condition: Condition | undefined,
  tested: TestedEvent,
  compilation: RuleCompilation,
): Predicate | undefined {
  if (condition === undefined) return undefined
  const {slot, stream} = tested
  const {testOne} = condition
  if (testOne !== undefined) {
    const bit = compilation
      .predicatesOf(stream)
      .bitOf(condition.canonical, testOne, compilation.index, guardOf(condition))
    return {condition, slot, bit, fixed: true}
  }
  const gate = compileGate(condition, tested, compilation)
  return {condition, slot, bit: gate?.bit ?? -1, fixed: false}
}

/**
 * Those parts of a conjunction that look at its own event alone: where one of them is false, so is the whole, and most
 * events never get to the joins or to other events. Undefined if there are none.
 */
export function compileGate(
  {clauses}: Condition,
  {slot, stream, scope}: TestedEvent,
  compilation: RuleCompilation,
): Predicate | undefined {
  const alone = clauses.flatMap(({text}) => {
    const part = compileCondition(text, scope)
    const isOfEvent = 'condition' in part && part.condition.fixed && part.condition.slots[0] === slot
    return isOfEvent ? [`(${text})`] : []
  })
  const gate = alone.length === 0 ? undefined : compileCondition(alone.join(' && '), scope)
  if (gate === undefined || !('condition' in gate)) return undefined
  const {condition} = gate
  const {canonical, testOne} = condition
  if (testOne === undefined) return undefined
  const bit = compilation
    .predicatesOf(stream)
    .bitOf(
      `not false: ${canonical}`,
      (event) => (testOne(event) === FALSE ? FALSE : TRUE),
      compilation.index,
      guardOf(condition),
    )
  return {condition, slot, bit, fixed: true}
}
