import {emitAggregate} from './emit-aggregate.js'
import {emitComparison, emitIn} from './emit-comparison.js'
import {constantCode, errorCode, type Frame, held, isErrorCode, sourceCode} from './frame.js'
import type {ListTerm, SpanName, Term} from './term.js'

/*
 * A term becomes one JavaScript expression. What it yields, by type, and what says "error value":
 *   double, timestamp, duration   a number; NaN
 *   string                        a string; undefined
 *   bool                          1 or 0; -1
 *   list                          an array of plain values; undefined
 *   dyn                           a plain value; undefined, null or NaN
 */

const SPAN_CODE: Readonly<Record<SpanName, string>> = {
  distance_miles: 'h.distanceMiles',
  distance_km: 'h.distanceKm',
  speed_kmh: 'h.speedKmh',
  seconds_between: 'h.secondsBetween',
}

export function emit(term: Term, frame: Frame): string {
  const of = (inner: Term): string => emit(inner, frame)
  switch (term.kind) {
    case 'constant':
      return constantCode(term)
    case 'field':
      return fieldCode(sourceCode(term.source, frame), term.field)
    case 'time': {
      const source = sourceCode(term.source, frame)
      return `(${source} === undefined ? NaN : ${source}.time)`
    }
    case 'property':
      return `h.property(${of(term.target)}, ${JSON.stringify(term.name)})`
    case 'element':
      return `h.element(${of(term.target)}, ${of(term.index)})`
    case 'feature':
      return `e.features?.[${JSON.stringify(term.key)}]`
    case 'present': {
      const target = held(of(term.target), frame)
      return `(${isErrorCode(term.target.type, target)} ? 0 : 1)`
    }
    case 'narrow':
      return emitNarrow(term.type, of(term.operand), frame)
    case 'widen':
      return term.operand.type === 'bool' ? plainBool(of(term.operand), frame) : of(term.operand)
    case 'list':
      return emitList(term, frame)
    case 'not': {
      const operand = held(of(term.operand), frame)
      return `(${operand.first} < 0 ? -1 : 1 - ${operand.again})`
    }
    case 'negate':
      return `(-${of(term.operand)})`
    case 'and':
      return emitLogical(term.parts, 0, frame)
    case 'or':
      return emitLogical(term.parts, 1, frame)
    case 'conditional': {
      const test = held(of(term.test), frame)
      const otherwise = `${test.again} === 0 ? ${of(term.no)} : ${errorCode(term.type)}`
      return `(${test.first} === 1 ? ${of(term.yes)} : ${otherwise})`
    }
    case 'arithmetic':
      if (term.type === 'dyn') return `h.add(${of(term.left)}, ${of(term.right)})`
      if (term.type === 'string') return emitJoin(term.left, term.right, frame)
      return `(${of(term.left)} ${term.operator} ${of(term.right)})`
    case 'compare':
      return emitComparison(term, frame, of)
    case 'in-items':
    case 'in-list':
    case 'in-value':
      return emitIn(term, frame, of)
    case 'matches': {
      const value = held(of(term.value), frame)
      const pattern = frame.program.constant(term.pattern)
      return `(${isErrorCode('string', value)} ? -1 : ${pattern}.test(${value.again}) ? 1 : 0)`
    }
    case 'call':
      return emitStrictly(term.args, frame, errorCode(term.type), (args) => term.entry.code(args))
    case 'span':
      return `${SPAN_CODE[term.name]}(${sourceCode(term.from, frame)}, ${sourceCode(term.to, frame)})`
    case 'aggregate':
      return emitAggregate(term, frame, emit)
    case 'strict':
      return emitStrictly(term.items, frame, errorCode(term.type), () => of(term.body))
    case 'exactly-one':
      return emitStrictly(term.parts, frame, '-1', (parts) => `(${parts.join(' + ')} === 1 ? 1 : 0)`)
    case 'invalid':
      return 'undefined'
  }
}

/** Fields are own properties of a projection, but those that it lacks must not be found on its prototype. */
function fieldCode(source: string, field: string): string {
  const key = JSON.stringify(field)
  return field in Object.prototype ? `h.own(${source}, ${key})` : `${source}?.fields[${key}]`
}

function emitNarrow(type: Term['type'], operand: string, frame: Frame): string {
  if (type === 'timestamp') return `h.time(${operand})`
  const value = held(operand, frame)
  switch (type) {
    case 'double':
    case 'duration':
      return `(typeof ${value.first} === 'number' ? ${value.again} : NaN)`
    case 'string':
      return `(typeof ${value.first} === 'string' ? ${value.again} : undefined)`
    case 'bool':
      return `(${value.first} === true ? 1 : ${value.again} === false ? 0 : -1)`
    case 'list':
      return `(Array.isArray(${value.first}) ? ${value.again} : undefined)`
    default:
      return operand
  }
}

function plainBool(truth: string, frame: Frame): string {
  const value = held(truth, frame)
  return `(${value.first} === 1 ? true : ${value.again} === 0 ? false : undefined)`
}

/** `decisive` is the value that settles a chain at once: 0 for &&, 1 for ||. Of what is left, -1 wins. */
function emitLogical(parts: readonly Term[], decisive: 0 | 1, frame: Frame): string {
  const values = parts.map((part) => held(emit(part, frame), frame))
  const settled = values.map(({first}) => `${first} === ${decisive}`).join(' || ')
  return `(${settled} ? ${decisive} : ${values.map(({again}) => again).join(' | ')})`
}

function emitJoin(left: Term, right: Term, frame: Frame): string {
  return emitStrictly([left, right], frame, 'undefined', (args) => args.join(' + '))
}

/** Items are strict among themselves, but an item that its guard leaves out may be an error. */
function emitList(term: ListTerm, frame: Frame): string {
  const checks: string[] = []
  const elements = term.items.map(({term: item, guard}) => {
    const value = held(emit(item, frame), frame)
    const failed = isErrorCode(item.type, value)
    const plain = item.type === 'bool' ? `${value.again} === 1` : value.again
    if (guard === undefined) {
      checks.push(failed)
      return plain
    }
    const chosen = held(emit(guard, frame), frame)
    checks.push(`${chosen.first} < 0 || ${chosen.again} === 1 && ${failed}`)
    return `...(${chosen.again} === 1 ? [${plain}] : [])`
  })
  const array = `[${elements.join(', ')}]`
  return checks.length === 0 ? array : `(${checks.join(' || ')} ? undefined : ${array})`
}

/** `body` over values that are no errors; `error` if one of them is. */
function emitStrictly(
  terms: readonly Term[],
  frame: Frame,
  error: string,
  body: (values: readonly string[]) => string,
): string {
  const checks: string[] = []
  const values = terms.map((term) => {
    const isSafe = term.kind === 'constant' && term.value !== undefined
    if (isSafe) return constantCode(term)
    const value = held(emit(term, frame), frame)
    checks.push(isErrorCode(term.type, value))
    return value.again
  })
  return checks.length === 0 ? body(values) : `(${checks.join(' || ')} ? ${error} : ${body(values)})`
}
