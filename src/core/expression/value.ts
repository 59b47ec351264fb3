import type {StoredEvent} from '../event/stored-event.js'
import {canonicalText} from './canonical.js'
import {checkValue} from './check.js'
import {type ConditionUses, plainUses} from './condition.js'
import type {Evaluation} from './evaluation.js'
import type {ExpressionFault} from './fault.js'
import {generateValue, generateValueOf} from './generate.js'
import {parseExpression} from './parse.js'
import type {Scope, ValueType} from './scope.js'

/** An expression that yields a value, and has passed its check. */
export interface Value {
  /** Equal for expressions that mean the same, see `canonicalText`. */
  readonly canonical: string
  readonly type: ValueType
  readonly uses: ConditionUses
  /** The plain value (times in milliseconds); undefined for an error value. Never throws. */
  readonly of: (evaluation: Evaluation) => unknown
  /** The same, of an expression that depends on one event alone; undefined if it depends on more. */
  readonly ofOne: ((event: StoredEvent) => unknown) | undefined
}

export type CompiledValue =
  | {readonly value: Value; readonly warnings: readonly ExpressionFault[]}
  | {readonly faults: readonly ExpressionFault[]}

/** The value that `text` states, of one of these types (or dyn), or everything that is wrong with it, by place. */
export function compileValue(text: string, scope: Scope, types: readonly ValueType[]): CompiledValue {
  const parsed = parseExpression(text)
  if ('faults' in parsed) return parsed
  const {term, uses, faults, warnings, constantParts} = checkValue(parsed.node, text, scope)
  if (faults.length > 0) return {faults}
  if (term.type !== 'dyn' && !types.includes(term.type)) {
    const message = `the expression is of type ${term.type}`
    return {
      faults: [{start: 0, end: text.length, message, remedy: `write one of type ${types.join(' or ')}`}],
    }
  }
  const isJoined = uses.location || uses.merchant || uses.features.size > 0
  const isOfOne = uses.slots.size <= 1 && !isJoined && !uses.aggregates && !uses.expiringLists
  const value: Value = {
    canonical: canonicalText(term),
    type: term.type,
    uses: plainUses(uses),
    of: generateValue(term),
    ofOne: isOfOne ? generateValueOf(term) : undefined,
  }
  return {value, warnings: [...warnings, ...constantParts]}
}
