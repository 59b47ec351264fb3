import fc from 'fast-check'
import {expect, it} from 'vitest'
import {ERROR, FALSE, TRUE, type Truth} from '../../../../src/core/expression/evaluation.js'
import {compiled, evaluation, event, faultsOf} from './sample-scope.js'

/*
 * An independent interpreter: it works on trees of its own, and an error value is an exception. The generated code
 * must agree with it on random trees and random fields.
 */

type Fields = {readonly [name: string]: unknown}
type Tree = {readonly text: string; readonly value: (fields: Fields) => unknown}

class Missing extends Error {}

function fail(): never {
  throw new Missing()
}

function attempt(tree: Tree, fields: Fields): unknown {
  try {
    return tree.value(fields)
  } catch (error) {
    if (error instanceof Missing) return undefined
    throw error
  }
}

function field(name: string, type: 'number' | 'string' | 'boolean'): Tree {
  return {
    text: `tx.${name}`,
    value: (fields) => {
      const value = fields[name]
      return typeof value === type && !Number.isNaN(value) ? value : fail()
    },
  }
}

const checked = (value: number): number => (Number.isNaN(value) ? fail() : value)

const CALCULATE: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}

const COMPARE: Readonly<Record<string, (sign: number) => boolean>> = {
  '<': (sign) => sign < 0,
  '<=': (sign) => sign <= 0,
  '>': (sign) => sign > 0,
  '>=': (sign) => sign >= 0,
  '==': (sign) => sign === 0,
  '!=': (sign) => sign !== 0,
}

function signOf(a: unknown, b: unknown): number {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string))
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0
}

function binary(operator: string, a: Tree, b: Tree, apply: (a: unknown, b: unknown) => unknown): Tree {
  return {
    text: `(${a.text} ${operator} ${b.text})`,
    value: (fields) => apply(a.value(fields), b.value(fields)),
  }
}

function logical(operator: '&&' | '||', parts: readonly Tree[]): Tree {
  const decisive = operator === '||'
  return {
    text: `(${parts.map(({text}) => text).join(` ${operator} `)})`,
    value: (fields) => {
      const values = parts.map((part) => attempt(part, fields))
      if (values.includes(decisive)) return decisive
      return values.includes(undefined) ? fail() : !decisive
    },
  }
}

function choice(test: Tree, yes: Tree, no: Tree): Tree {
  return {
    text: `(${test.text} ? ${yes.text} : ${no.text})`,
    value: (fields) => (test.value(fields) === true ? yes : no).value(fields),
  }
}

/** A list is evaluated as a whole before anything is looked for in it. */
function membership(value: Tree, items: readonly Tree[]): Tree {
  return {
    text: `(${value.text} in [${items.map(({text}) => text).join(', ')}])`,
    value: (fields) => {
      const sought = value.value(fields)
      return items.map((item) => item.value(fields)).includes(sought)
    },
  }
}

function exists(items: readonly Tree[], body: (element: Tree) => Tree, name: 'exists' | 'all'): Tree {
  const written = logical(name === 'exists' ? '||' : '&&', items.map(body))
  return {
    text: `[${items.map(({text}) => text).join(', ')}].${name}(v, ${body({text: 'v', value: fail}).text})`,
    value: (fields) => {
      for (const item of items) item.value(fields)
      return written.value(fields)
    },
  }
}

const literal = (value: number | string | boolean): Tree => ({
  text: JSON.stringify(value),
  value: () => value,
})

const trees = fc.letrec<{bool: Tree; number: Tree; string: Tree}>((tie) => ({
  number: fc.oneof(
    {maxDepth: 5, withCrossShrink: true},
    fc.constantFrom('amount', 'lat').map((name) => field(name, 'number')),
    // A field of unknown type needs a place where only a number fits: two of them compare as what they are.
    fc.constant(field('loose', 'number')).map(({text, value}) => ({text: `(${text} + 0.0)`, value})),
    fc.integer({min: 0, max: 3}).map(literal),
    fc
      .tuple(fc.constantFrom(...Object.keys(CALCULATE)), tie('number'), tie('number'))
      .map(([operator, a, b]) =>
        binary(operator, a, b, (x, y) => checked(CALCULATE[operator]!(x as number, y as number))),
      ),
    tie('number').map(({text, value}) => ({
      text: `-(${text})`,
      value: (fields: Fields) => -(value(fields) as number),
    })),
    fc.tuple(tie('bool'), tie('number'), tie('number')).map(([test, yes, no]) => choice(test, yes, no)),
  ),
  string: fc.oneof(
    {maxDepth: 3, withCrossShrink: true},
    fc.constantFrom('mcc', 'card_id').map((name) => field(name, 'string')),
    fc.constantFrom('a', 'b', '').map(literal),
    fc.tuple(tie('string'), tie('string')).map(([a, b]) => binary('+', a, b, (x, y) => `${x}${y}`)),
  ),
  bool: fc.oneof(
    {maxDepth: 5, withCrossShrink: true},
    fc.constantFrom('online', 'loose').map((name) => {
      const {text, value} = field(name, 'boolean')
      // A field of unknown type needs a place where only a truth value fits.
      return {text: `(${text} && true)`, value}
    }),
    fc.boolean().map(literal),
    fc.constantFrom('amount', 'mcc', 'online', 'loose').map((name) => ({
      text: `has(tx.${name})`,
      value: (fields: Fields) =>
        fields[name] !== undefined && fields[name] !== null && !Number.isNaN(fields[name]),
    })),
    fc
      .tuple(
        fc.constantFrom(...Object.keys(COMPARE)),
        fc.oneof(fc.tuple(tie('number'), tie('number')), fc.tuple(tie('string'), tie('string'))),
      )
      .filter(([, [a, b]]) => a.text !== 'tx.loose' || b.text !== 'tx.loose')
      .map(([operator, [a, b]]) => binary(operator, a, b, (x, y) => COMPARE[operator]!(signOf(x, y)))),
    fc
      .tuple(fc.constantFrom('&&', '||'), fc.array(tie('bool'), {minLength: 2, maxLength: 4}))
      .map(([operator, parts]) => logical(operator as '&&' | '||', parts)),
    tie('bool').map(({text, value}) => ({
      text: `!(${text})`,
      value: (fields: Fields) => value(fields) !== true,
    })),
    fc.tuple(tie('bool'), tie('bool'), tie('bool')).map(([test, yes, no]) => choice(test, yes, no)),
    fc
      .tuple(tie('string'), fc.array(tie('string'), {minLength: 1, maxLength: 7}))
      .map(([value, items]) => membership(value, items)),
    fc
      .tuple(fc.constantFrom('exists', 'all'), fc.array(tie('string'), {maxLength: 3}), tie('string'))
      .map(([name, items, other]) =>
        exists(items, (element) => binary('==', element, other, (x, y) => x === y), name as 'exists' | 'all'),
      ),
  ),
}))

const numbers = fc.constantFrom<unknown>(undefined, null, Number.NaN, 0, 1, 2, -1, 'a', true)
const strings = fc.constantFrom<unknown>(undefined, null, 'a', 'b', 'ab', '', 5)
const booleans = fc.constantFrom<unknown>(undefined, null, true, false, 'true')
const someFields = fc.record({
  amount: numbers,
  lat: numbers,
  mcc: strings,
  card_id: strings,
  online: booleans,
  loose: fc.oneof(numbers, strings, booleans),
})

function truthOf(tree: Tree, fields: Fields): Truth {
  const value = attempt(tree, fields)
  return value === undefined ? ERROR : value === true ? TRUE : FALSE
}

it('agrees with an interpreter on random conditions and fields', () => {
  const seen = {[TRUE]: 0, [FALSE]: 0, [ERROR]: 0}
  fc.assert(
    fc.property(trees.bool, fc.array(someFields, {minLength: 3, maxLength: 8}), (tree, records) => {
      const isOverLimit =
        tree.text.length > 4000 || faultsOf(tree.text).some(({message}) => /too/.test(message))
      fc.pre(!isOverLimit)
      const condition = compiled(tree.text)
      for (const fields of records) {
        const expected = truthOf(tree, fields)
        seen[expected]++
        expect(condition.test(evaluation({bound: [event(fields)]}))).toBe(expected)
        expect(condition.testOne?.(event(fields))).toBe(expected)
      }
    }),
    {numRuns: 1000},
  )
  // The generator must not drift to trees that say nothing.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(200)
}, 60_000)

it('is not fulfilled by exactly the clauses that are not true', () => {
  fc.assert(
    fc.property(fc.array(trees.bool, {minLength: 2, maxLength: 4}), someFields, (parts, fields) => {
      const text = parts.map((part) => part.text).join(' && ')
      fc.pre(text.length <= 4000 && faultsOf(text).length === 0)
      const condition = compiled(text)
      const evaluated = evaluation({bound: [event(fields)]})
      const truths = condition.clauses.map((clause) => clause.test(evaluated))
      const expected = truths.includes(FALSE) ? FALSE : truths.includes(ERROR) ? ERROR : TRUE
      expect(condition.test(evaluated)).toBe(expected)
    }),
    {numRuns: 200},
  )
}, 60_000)
