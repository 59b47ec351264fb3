import {checkNamedList, namedListOf} from './check-names.js'
import {type Checking, canNarrow, describe, type Names, refuse} from './checking.js'
import {fold} from './constant-folding.js'
import {asType} from './conversion.js'
import type {ValueType} from './scope.js'
import type {ArithmeticNode, ArithmeticOperator, ComparisonNode, InNode, Node} from './syntax.js'
import {INVALID, type ListTerm, type Term} from './term.js'

/** The types of a sum or difference with times in it, by `left operator right`. */
const TIME_ARITHMETIC: Readonly<Record<string, ValueType>> = {
  'timestamp - timestamp': 'duration',
  'timestamp + duration': 'timestamp',
  'duration + timestamp': 'timestamp',
  'timestamp - duration': 'timestamp',
  'duration + duration': 'duration',
  'duration - duration': 'duration',
}

export function checkArithmetic(checking: Checking, node: ArithmeticNode, names: Names): Term {
  const {operator} = node
  const left = checking.check(node.left, names)
  const right = checking.check(node.right, names)
  if (left.kind === 'invalid' || right.kind === 'invalid') return INVALID
  const timeType = TIME_ARITHMETIC[`${left.type} ${operator} ${right.type}`]
  if (timeType !== undefined) return fold({kind: 'arithmetic', type: timeType, operator, left, right})
  const type = arithmeticType(operator, left.type, right.type)
  if (type === undefined) {
    const message = `${operator} is not defined for ${describe(left.type)} and ${describe(right.type)}`
    return refuse(checking, node, message, arithmeticRemedy(left.type, right.type))
  }
  const a = asType(checking, left, type, node.left, '')
  const b = asType(checking, right, type, node.right, '')
  return fold({kind: 'arithmetic', type, operator, left: a, right: b})
}

function arithmeticType(
  operator: ArithmeticOperator,
  left: ValueType,
  right: ValueType,
): ValueType | undefined {
  const possible: readonly ValueType[] = operator === '+' ? ['double', 'string'] : ['double']
  const fitting = possible.filter((type) => [left, right].every((each) => each === type || each === 'dyn'))
  return fitting.length === 2 ? 'dyn' : fitting[0]
}

function arithmeticRemedy(left: ValueType, right: ValueType): string {
  const types = [left, right]
  if (types.includes('timestamp') || types.includes('duration')) {
    return "times take durations: x.event_time + duration('15m')"
  }
  if (types.includes('string') && types.includes('double'))
    return 'convert one of them with string(…) or double(…)'
  return 'use numbers'
}

export function checkComparison(checking: Checking, node: ComparisonNode, names: Names): Term {
  const nullSide = [node.left, node.right].find((side) => side.op === 'literal' && side.value === null)
  if (nullSide !== undefined) {
    const other = nullSide === node.left ? node.right : node.left
    const has = `has(${checking.text(other)})`
    checking.check(other, names)
    const remedy = `use ${node.operator === '!=' ? has : `!${has}`}`
    return refuse(checking, node, 'nothing can be compared with null: a missing value is no value', remedy)
  }
  const left = checking.check(node.left, names)
  const right = checking.check(node.right, names)
  const sides = unified(checking, node, left, right)
  if (sides === undefined) return INVALID
  return fold({kind: 'compare', type: 'bool', operator: node.operator, left: sides[0], right: sides[1]})
}

/** Both sides as one type; undefined (reported) where there is none. */
function unified(
  checking: Checking,
  node: ComparisonNode,
  left: Term,
  right: Term,
): readonly [Term, Term] | undefined {
  if (left.kind === 'invalid' || right.kind === 'invalid') return undefined
  if (left.type === 'list' || right.type === 'list') {
    refuse(checking, node, 'lists cannot be compared', 'use in, size(…), exists or all')
    return undefined
  }
  const type = left.type === 'dyn' ? right.type : left.type
  const fits = (term: Term): boolean => term.type === type || (term.type === 'dyn' && canNarrow(type))
  if (!fits(left) || !fits(right)) {
    const message = `${describe(left.type)} is compared with ${describe(right.type)}`
    refuse(checking, node, message, comparisonRemedy(checking, node, left.type, right.type))
    return undefined
  }
  return [asType(checking, left, type, node.left, ''), asType(checking, right, type, node.right, '')]
}

function comparisonRemedy(
  checking: Checking,
  node: ComparisonNode,
  left: ValueType,
  right: ValueType,
): string {
  const types = [left, right]
  const isChained = node.left.op === 'comparison' && left === 'bool'
  if (isChained) return 'compare twice: 1 < x && x < 5'
  for (const [type, make] of [
    ['timestamp', "timestamp('2026-01-01T00:00:00Z')"],
    ['duration', "duration('15m')"],
  ] as const) {
    if (!types.includes(type)) continue
    const other = left === type ? node.right : node.left
    if (types.includes('dyn') || types.includes('string')) return `write ${type}(${checking.text(other)})`
    return `compare it with ${make}`
  }
  if (types.includes('string') && types.includes('double')) return stringOrNumber(checking, node)
  return 'compare values of one type'
}

function stringOrNumber(checking: Checking, node: ComparisonNode): string {
  const literal = [node.left, node.right].find(({op}) => op === 'literal')
  if (literal?.op !== 'literal') return 'convert one of them with string(…) or double(…)'
  if (typeof literal.value === 'number') return `write '${checking.text(literal)}' in quotes`
  return 'write the number without quotes'
}

export function checkIn(checking: Checking, node: InNode, names: Names): Term {
  const value = checking.check(node.left, names)
  const listName = namedListOf(node.right)
  if (listName !== undefined) return checkNamedList(checking, node, value, listName)
  const collection = checking.check(node.right, names)
  if (value.kind === 'invalid' || collection.kind === 'invalid') return INVALID
  if (value.type === 'list')
    return refuse(checking, node.left, 'a list is in no list', 'test its elements one by one')
  if (collection.kind === 'list' && collection.items.every(({guard}) => guard === undefined)) {
    return checkInItems(checking, node, value, collection)
  }
  if (collection.type !== 'list' && collection.type !== 'dyn') {
    const text = `${checking.text(node.right)} is ${describe(collection.type)}, not a list`
    const remedy =
      collection.type === 'string' ? `write ${checking.text(node.right)}.contains(…)` : 'write [a, b]'
    return refuse(checking, node.right, text, remedy)
  }
  const plain = asType(checking, value, 'dyn', node.left, '')
  return plain.kind === 'invalid' ? INVALID : fold({kind: 'in-value', type: 'bool', value: plain, collection})
}

function checkInItems(checking: Checking, node: InNode, value: Term, list: ListTerm): Term {
  const items = list.items.map(({term}) => term)
  const elements: readonly Node[] = node.right.op === 'list' ? node.right.items : items.map(() => node.right)
  const type = [value, ...items].find((term) => term.type !== 'dyn')?.type
  // Nothing says what is compared with what: left to run time.
  if (type === undefined) return {kind: 'in-value', type: 'bool', value, collection: list}
  const remedy = 'write the elements with the type of the value: strings in quotes, numbers without'
  const tested = asType(checking, value, type, node.left, remedy)
  const candidates = items.map((item, index) => asType(checking, item, type, elements[index] ?? node, remedy))
  if ([tested, ...candidates].some(({kind}) => kind === 'invalid')) return INVALID
  return fold({kind: 'in-items', type: 'bool', value: tested, items: candidates})
}
