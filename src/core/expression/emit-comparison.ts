import {constantCode, type Frame, held, isErrorCode} from './frame.js'
import type {CompareTerm, InItemsTerm, InListTerm, InValueTerm, Term} from './term.js'

type Emit = (term: Term) => string

/** `a < b` is false for certain iff `a >= b`: neither holds for NaN, which is how an error shows. */
const OPPOSITE = {'<': '>=', '<=': '>', '>': '<=', '>=': '<'} as const

/** From this many constants on, a set is faster than comparing one by one. */
const SET_FROM = 5

export function emitComparison(term: CompareTerm, frame: Frame, of: Emit): string {
  const {operator, left, right} = term
  const isEquality = operator === '==' || operator === '!='
  if (left.type === 'dyn') {
    const order = held(`h.order(${of(left)}, ${of(right)})`, frame)
    const sign = isEquality ? `${operator}=` : operator
    return `(${isErrorCode('double', order)} ? -1 : ${order.again} ${sign} 0 ? 1 : 0)`
  }
  if (operator === '==' || operator === '!=')
    return emitStrict(term, frame, of, (a, b) => `${a} ${operator}= ${b}`)
  if (left.type === 'bool') return emitStrict(term, frame, of, (a, b) => `${a} ${operator} ${b}`)
  if (left.type === 'string') {
    return emitStrict(term, frame, of, (a, b) => `h.compareText(${a}, ${b}) ${operator} 0`)
  }
  const a = operand(left, frame, of)
  const b = operand(right, frame, of)
  return `(${a.first} ${operator} ${b.first} ? 1 : ${a.again} ${OPPOSITE[operator]} ${b.again} ? 0 : -1)`
}

/** A test of two values that are no errors. */
function emitStrict(
  {left, right}: CompareTerm,
  frame: Frame,
  of: Emit,
  test: (left: string, right: string) => string,
): string {
  const a = operand(left, frame, of)
  const b = operand(right, frame, of)
  const checks = [
    ...(isSafe(left) ? [] : [isErrorCode(left.type, a)]),
    ...(isSafe(right) ? [] : [isErrorCode(right.type, b)]),
  ]
  const truth = `${test(a.again, b.again)} ? 1 : 0`
  return checks.length === 0 ? `(${truth})` : `(${checks.join(' || ')} ? -1 : ${truth})`
}

function operand(term: Term, frame: Frame, of: Emit): {readonly first: string; readonly again: string} {
  if (term.kind !== 'constant') return held(of(term), frame)
  const code = constantCode(term)
  return {first: code, again: code}
}

function isSafe(term: Term): boolean {
  return term.kind === 'constant' && term.value !== undefined
}

export function emitIn(term: InItemsTerm | InListTerm | InValueTerm, frame: Frame, of: Emit): string {
  switch (term.kind) {
    case 'in-items':
      return emitInItems(term, frame, of)
    case 'in-list':
      return emitInList(term, frame, of)
    case 'in-value':
      return emitInValue(term, of)
  }
}

function emitInItems({value, items}: InItemsTerm, frame: Frame, of: Emit): string {
  const tested = held(of(value), frame)
  const checks = [isErrorCode(value.type, tested)]
  const matches: string[] = []
  const constants: Term[] = []
  for (const item of items) {
    if (isSafe(item)) constants.push(item)
    else {
      const candidate = held(of(item), frame)
      checks.push(isErrorCode(item.type, candidate))
      matches.push(`${tested.again} === ${candidate.again}`)
    }
  }
  const asSet = constants.length >= SET_FROM && value.type !== 'bool'
  if (asSet) {
    const values = new Set(constants.map((item) => item.kind === 'constant' && item.value))
    matches.push(`${frame.program.constant(values)}.has(${tested.again})`)
  } else {
    matches.push(...constants.map((item) => `${tested.again} === ${of(item)}`))
  }
  return `(${checks.join(' || ')} ? -1 : ${matches.length === 0 ? 'false' : matches.join(' || ')} ? 1 : 0)`
}

function emitInList({value, list}: InListTerm, frame: Frame, of: Emit): string {
  const tested = held(of(value), frame)
  const key = value.type === 'bool' ? `${tested.again} === 1` : tested.again
  const entries = frame.program.constant(list.entries)
  // An entry that is not there has no expiry, and no time is before `undefined`.
  const found = list.expires ? `e.anchorTime < ${entries}.get(${key})` : `${entries}.has(${key})`
  const error = isErrorCode(value.type, tested)
  const noKey = value.type === 'dyn' ? `${error} || typeof ${tested.again} === 'object'` : error
  return `(${noKey} ? -1 : ${found} ? 1 : 0)`
}

function emitInValue({value, collection}: InValueTerm, of: Emit): string {
  return `h.within(${of(value)}, ${of(collection)})`
}
