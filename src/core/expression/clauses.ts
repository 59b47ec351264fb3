import {TURNED} from './canonical.js'
import type {Evaluation, Truth} from './evaluation.js'
import {generateTest, generateValue} from './generate.js'
import type {ValueType} from './scope.js'
import type {ComparisonOperator, Node} from './syntax.js'
import {slotsOf, type Term} from './term.js'

/** One of the parts that a condition joins with &&. */
export interface Clause {
  /** Its source text. */
  readonly text: string
  readonly test: (evaluation: Evaluation) => Truth
  /** What it means. */
  readonly term: Term
  /** Present for comparisons and `in`, unless they are constant. */
  readonly subject?: Subject
}

/** What a clause is about: `subject operator bound`. */
export interface Subject {
  readonly text: string
  /** Of the subject and of the bound. Timestamps and durations are in milliseconds. */
  readonly type: ValueType
  /** The subject's plain value; undefined: missing. */
  readonly value: (evaluation: Evaluation) => unknown
  readonly operator: ComparisonOperator | 'in'
  /** The plain value that it is compared with; undefined: missing. For `in lists.name`, the `ValueList`. */
  readonly bound: (evaluation: Evaluation) => unknown
  readonly boundText: string
  readonly kind: 'field' | 'call' | 'aggregate' | 'other'
  /** The field's or function's name; for a feature `view.name`; else empty. */
  readonly name: string
  /** Of an aggregate: the field of the group's events that it runs over; undefined if it is more than a field. */
  readonly field?: string | undefined
  /** Slots of the events that the subject names, in the order of its arguments. */
  readonly slots: readonly number[]
}

/** `text` is the whole expression. Code is generated when it is first asked for: only explanations need it. */
export function clauseOf(node: Node, term: Term, text: string): Clause {
  const test = onDemand(() => generateTest(term))
  const clause = {text: text.slice(node.start, node.end), test, term}
  const subject = subjectOf(node, term, text)
  return subject === undefined ? clause : {...clause, subject}
}

function subjectOf(node: Node, term: Term, text: string): Subject | undefined {
  if (node.op !== 'comparison' && node.op !== 'in') return undefined
  const leftText = text.slice(node.left.start, node.left.end)
  const rightText = text.slice(node.right.start, node.right.end)
  switch (term.kind) {
    case 'compare': {
      const {left, right, operator} = term
      const isTurned = left.kind === 'constant' && right.kind !== 'constant'
      return isTurned
        ? {
            ...described(right, rightText),
            operator: TURNED[operator],
            bound: valueReader(left),
            boundText: leftText,
          }
        : {...described(left, leftText), operator, bound: valueReader(right), boundText: rightText}
    }
    case 'in-items': {
      const items = {kind: 'list', type: 'list', items: term.items.map((item) => ({term: item}))} as const
      return {
        ...described(term.value, leftText),
        operator: 'in',
        bound: valueReader(items),
        boundText: rightText,
      }
    }
    case 'in-list': {
      const {list} = term
      return {...described(term.value, leftText), operator: 'in', bound: () => list, boundText: rightText}
    }
    case 'in-value': {
      const bound = valueReader(term.collection)
      return {...described(term.value, leftText), operator: 'in', bound, boundText: rightText}
    }
    default:
      return undefined
  }
}

function described(term: Term, text: string): Omit<Subject, 'operator' | 'bound' | 'boundText'> {
  return {text, type: term.type, value: valueReader(term), ...kindOf(term), slots: slotsOf(term)}
}

function kindOf(term: Term): Pick<Subject, 'kind' | 'name' | 'field'> {
  switch (term.kind) {
    case 'narrow':
    case 'widen':
      return kindOf(term.operand)
    case 'field':
      return {kind: 'field', name: term.field}
    case 'property':
      return {kind: 'field', name: term.name}
    case 'time':
      return {kind: 'field', name: 'event_time'}
    case 'call':
      return {kind: 'call', name: term.entry.name}
    case 'span':
      return {kind: 'call', name: term.name}
    case 'aggregate':
      return {kind: 'aggregate', name: term.name, field: fieldOf(term.argument)}
    case 'feature':
      return {kind: 'other', name: term.key}
    default:
      return {kind: 'other', name: ''}
  }
}

function fieldOf(argument: Term | undefined): string | undefined {
  if (argument?.kind === 'narrow' || argument?.kind === 'widen') return fieldOf(argument.operand)
  return argument?.kind === 'field' ? argument.field : undefined
}

function valueReader(term: Term): (evaluation: Evaluation) => unknown {
  return onDemand(() => generateValue(term))
}

function onDemand<T>(generate: () => (evaluation: Evaluation) => T): (evaluation: Evaluation) => T {
  let generated: ((evaluation: Evaluation) => T) | undefined
  return (evaluation) => {
    generated ??= generate()
    return generated(evaluation)
  }
}
