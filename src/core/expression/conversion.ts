import {type Checking, canNarrow, describe, refuse} from './checking.js'
import {fold} from './constant-folding.js'
import type {Span} from './fault.js'
import type {ValueType} from './scope.js'
import {INVALID, type Term} from './term.js'

/** The term as a value of a type, or invalid (reported) if it can never be one. */
export function asType(checking: Checking, term: Term, type: ValueType, span: Span, remedy: string): Term {
  if (term.kind === 'invalid') return INVALID
  if (term.type === type) return term
  if (type === 'dyn') return widened(checking, term, span)
  if (term.type === 'dyn' && canNarrow(type)) return fold({kind: 'narrow', type, operand: term})
  const what = checking.text(span)
  return refuse(checking, span, `${what} is ${describe(term.type)}, but ${describe(type)} is needed`, remedy)
}

/** The term as a condition. */
export function asCondition(checking: Checking, term: Term, span: Span): Term {
  return asType(checking, term, 'bool', span, 'compare it with a value, such as … > 5000.0')
}

function widened(checking: Checking, term: Term, span: Span): Term {
  if (canNarrow(term.type)) return fold({kind: 'widen', type: 'dyn', operand: term})
  const message = `${checking.text(span)} is ${describe(term.type)} and cannot be mixed with untyped values`
  return refuse(checking, span, message, 'convert the other value with timestamp(…) or duration(…)')
}
