import type {ExpressionFault, Span} from './fault.js'
import type {EventName, Scope, ValueType} from './scope.js'
import type {Node} from './syntax.js'
import {INVALID, type InvalidTerm, type Term} from './term.js'
import type {Uses} from './uses.js'

/** Comprehensions are written out element by element; nested ones multiply. */
export const MAX_WRITTEN_OUT = 5000

/** The names that an expression's surroundings add to the scope. */
export interface Names {
  /** Variables of the macros around → the element that each stands for. */
  readonly variables: ReadonlyMap<string, Term>
  /** The aggregate around, if any. */
  readonly aggregate: AggregateFrame | undefined
}

export const NO_NAMES: Names = {variables: new Map(), aggregate: undefined}

/** An aggregate while its argument is checked. */
export interface AggregateFrame {
  readonly name: string
  /** The group that it runs over, as soon as it is named. */
  group: {readonly as: string; readonly event: EventName} | undefined
}

/** One check of one expression: where the parts of the checker meet. */
export interface Checking {
  readonly scope: Scope
  readonly uses: Uses
  readonly faults: ExpressionFault[]
  readonly warnings: ExpressionFault[]
  /** Parts of chains that always say the same: each once, and not what holds such a part. */
  readonly constantParts: ExpressionFault[]
  /** How many more terms the expression may become, elements of comprehensions written out. */
  remaining: number
  /** The term of a node. Reports what is wrong; then the term is invalid. */
  readonly check: (node: Node, names: Names) => Term
  /** The source text of a span. */
  readonly text: (span: Span) => string
}

/** Reports an error, once per place and message: written-out elements repeat it. */
export function refuse(checking: Checking, span: Span, message: string, remedy: string): InvalidTerm {
  report(checking.faults, span, message, remedy)
  return INVALID
}

export function warn(checking: Checking, span: Span, message: string, remedy: string): void {
  report(checking.warnings, span, message, remedy)
}

function report(reports: ExpressionFault[], {start, end}: Span, message: string, remedy: string): void {
  const isKnown = reports.some((each) => each.start === start && each.end === end && each.message === message)
  if (!isKnown) reports.push({start, end, message, remedy})
}

const DESCRIPTIONS: Readonly<Record<ValueType, string>> = {
  double: 'a number',
  string: 'a string',
  bool: 'true or false',
  timestamp: 'a timestamp',
  duration: 'a duration',
  list: 'a list',
  dyn: 'a value of unknown type',
}

/** A type as messages name it. */
export function describe(type: ValueType): string {
  return DESCRIPTIONS[type]
}

/** Whether a value known at run time only can turn out to be of a type. No field holds a CEL duration, for one. */
export function canNarrow(type: ValueType): boolean {
  return type !== 'timestamp' && type !== 'duration'
}
