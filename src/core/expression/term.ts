import type {FunctionEntry} from './functions.js'
import type {Pattern} from './pattern.js'
import type {ValueList, ValueType} from './scope.js'
import type {ArithmeticOperator, ComparisonOperator} from './syntax.js'

/** Where an event comes from. */
export interface Source {
  /** `bound`: by its slot; `member`: the event that the aggregate around looks at; else a join. */
  readonly kind: 'bound' | 'member' | 'location' | 'merchant'
  /** -1 for a join. */
  readonly slot: number
  readonly stream: string
}

/** An expression after its check: every name is resolved, and every term has a type that is right. */
export type Term =
  | ConstantTerm
  | FieldTerm
  | TimeTerm
  | PropertyTerm
  | ElementTerm
  | FeatureTerm
  | PresentTerm
  | ConversionTerm
  | ListTerm
  | NotTerm
  | NegateTerm
  | LogicalTerm
  | ConditionalTerm
  | ArithmeticTerm
  | CompareTerm
  | InItemsTerm
  | InListTerm
  | InValueTerm
  | MatchesTerm
  | CallTerm
  | SpanTerm
  | AggregateTerm
  | StrictTerm
  | ExactlyOneTerm
  | InvalidTerm

export interface ConstantTerm {
  readonly kind: 'constant'
  readonly type: ValueType
  /** `undefined`: an error value. */
  readonly value: number | string | boolean | undefined
}
/** A field of an event as it is stored: of no known type. */
export interface FieldTerm {
  readonly kind: 'field'
  readonly type: 'dyn'
  readonly source: Source
  readonly field: string
}
/** `event_time` */
export interface TimeTerm {
  readonly kind: 'time'
  readonly type: 'timestamp'
  readonly source: Source
}
/** A property of an object inside a field. */
export interface PropertyTerm {
  readonly kind: 'property'
  readonly type: 'dyn'
  readonly target: Term
  readonly name: string
}
/** An element of an array, or a property with a computed name. */
export interface ElementTerm {
  readonly kind: 'element'
  readonly type: 'dyn'
  readonly target: Term
  readonly index: Term
}
export interface FeatureTerm {
  readonly kind: 'feature'
  readonly type: 'dyn'
  /** `view.name` */
  readonly key: string
}
/** `has(…)` */
export interface PresentTerm {
  readonly kind: 'present'
  readonly type: 'bool'
  readonly target: Term
}
/** From dyn to a type (another type at run time is an error value), or from a type to dyn. */
export interface ConversionTerm {
  readonly kind: 'narrow' | 'widen'
  readonly type: ValueType
  readonly operand: Term
}
export interface ListItem {
  readonly term: Term
  /** The item counts only where this holds (the condition of `filter`). */
  readonly guard?: Term
}
export interface ListTerm {
  readonly kind: 'list'
  readonly type: 'list'
  readonly items: readonly ListItem[]
}
export interface NotTerm {
  readonly kind: 'not'
  readonly type: 'bool'
  readonly operand: Term
}
export interface NegateTerm {
  readonly kind: 'negate'
  readonly type: 'double'
  readonly operand: Term
}
export interface LogicalTerm {
  readonly kind: 'and' | 'or'
  readonly type: 'bool'
  readonly parts: readonly Term[]
}
export interface ConditionalTerm {
  readonly kind: 'conditional'
  readonly type: ValueType
  readonly test: Term
  readonly yes: Term
  readonly no: Term
}
/** Both sides numbers or times; or strings, or dyn, with `+`. */
export interface ArithmeticTerm {
  readonly kind: 'arithmetic'
  readonly type: ValueType
  readonly operator: ArithmeticOperator
  readonly left: Term
  readonly right: Term
}
/** Both sides are of one type. */
export interface CompareTerm {
  readonly kind: 'compare'
  readonly type: 'bool'
  readonly operator: ComparisonOperator
  readonly left: Term
  readonly right: Term
}
/** `value in [items]`, all of one type. */
export interface InItemsTerm {
  readonly kind: 'in-items'
  readonly type: 'bool'
  readonly value: Term
  readonly items: readonly Term[]
}
/** `value in lists.name`; the value is a string, number, bool or dyn. */
export interface InListTerm {
  readonly kind: 'in-list'
  readonly type: 'bool'
  readonly value: Term
  readonly list: ValueList
}
/** `value in collection`, both known at run time only. */
export interface InValueTerm {
  readonly kind: 'in-value'
  readonly type: 'bool'
  readonly value: Term
  readonly collection: Term
}
export interface MatchesTerm {
  readonly kind: 'matches'
  readonly type: 'bool'
  readonly value: Term
  readonly pattern: Pattern
}
/** A function of values; the arguments have the types of its entry. */
export interface CallTerm {
  readonly kind: 'call'
  readonly type: ValueType
  readonly entry: FunctionEntry
  readonly args: readonly Term[]
}
export type SpanName = 'distance_miles' | 'distance_km' | 'speed_kmh' | 'seconds_between'
/** A function of two events. */
export interface SpanTerm {
  readonly kind: 'span'
  readonly type: 'double'
  readonly name: SpanName
  readonly from: Source
  readonly to: Source
}
export type AggregateName = 'count' | 'sum' | 'avg' | 'min' | 'max' | 'stddev' | 'distinct'
export interface AggregateTerm {
  readonly kind: 'aggregate'
  readonly type: ValueType
  readonly name: AggregateName
  /** The group's slot and stream. */
  readonly group: Source
  /** Absent for `count` only. */
  readonly argument: Term | undefined
}
/** An error if one of the items is, else the body. */
export interface StrictTerm {
  readonly kind: 'strict'
  readonly type: ValueType
  readonly items: readonly Term[]
  readonly body: Term
}
/** True if one part is; an error if one of them is. */
export interface ExactlyOneTerm {
  readonly kind: 'exactly-one'
  readonly type: 'bool'
  readonly parts: readonly Term[]
}
/** Stands for what has been reported already; whoever meets it stays silent. */
export interface InvalidTerm {
  readonly kind: 'invalid'
  readonly type: 'dyn'
}

export const INVALID: InvalidTerm = {kind: 'invalid', type: 'dyn'}

/** The terms that a term is made of, in the order of the text. */
export function children(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'constant':
    case 'field':
    case 'time':
    case 'feature':
    case 'span':
    case 'invalid':
      return []
    case 'property':
    case 'present':
      return [term.target]
    case 'element':
      return [term.target, term.index]
    case 'narrow':
    case 'widen':
    case 'not':
    case 'negate':
      return [term.operand]
    case 'list':
      return term.items.flatMap(({term: item, guard}) => (guard === undefined ? [item] : [guard, item]))
    case 'and':
    case 'or':
    case 'exactly-one':
      return term.parts
    case 'conditional':
      return [term.test, term.yes, term.no]
    case 'arithmetic':
    case 'compare':
      return [term.left, term.right]
    case 'in-items':
      return [term.value, ...term.items]
    case 'in-list':
    case 'matches':
      return [term.value]
    case 'in-value':
      return [term.value, term.collection]
    case 'call':
      return term.args
    case 'aggregate':
      return term.argument === undefined ? [] : [term.argument]
    case 'strict':
      return [...term.items, term.body]
  }
}

const sizes = new WeakMap<Term, number>()

/** How many terms a term is made of, those that it names several times counted as often. */
export function sizeOf(term: Term): number {
  const known = sizes.get(term)
  if (known !== undefined) return known
  const size = children(term).reduce((total, child) => total + sizeOf(child), 1)
  sizes.set(term, size)
  return size
}

/** The slots of the events that a term names, in the order of the text. */
export function slotsOf(term: Term): number[] {
  return sourcesOf(term)
    .map(({slot}) => slot)
    .filter((slot) => slot >= 0)
}

/** An aggregate names its group once, however often its members' fields appear. */
function sourcesOf(term: Term): readonly Source[] {
  if (term.kind === 'field' || term.kind === 'time') return term.source.kind === 'member' ? [] : [term.source]
  if (term.kind === 'span') return [term.from, term.to].filter(({kind}) => kind !== 'member')
  const inner = children(term).flatMap(sourcesOf)
  return term.kind === 'aggregate' ? [term.group, ...inner] : inner
}
