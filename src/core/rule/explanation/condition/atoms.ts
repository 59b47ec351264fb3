import type {Evaluation, Truth} from '../../../expression/evaluation.js'
import {generateTest, generateValue} from '../../../expression/generate.js'
import type {Term} from '../../../expression/term.js'

/**
 * The smallest parts of a condition that are true or false by themselves: comparisons, searches in lists, `has` and the
 * like, in the order of the text. What joins them (&&, ||, !, ?:) is no atom.
 */
export function atomsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'and':
    case 'or':
      return term.parts.flatMap(atomsOf)
    case 'not':
      return atomsOf(term.operand)
    case 'conditional':
      return [term.test, term.yes, term.no].flatMap(atomsOf)
    case 'constant':
    case 'invalid':
      return []
    default:
      return [term]
  }
}

/** The same condition with other terms in the place of some of its atoms, or of larger parts. */
export function withAtoms(term: Term, others: ReadonlyMap<Term, Term>): Term {
  const other = others.get(term)
  if (other !== undefined) return other
  const of = (inner: Term): Term => withAtoms(inner, others)
  switch (term.kind) {
    case 'and':
    case 'or':
      return {...term, parts: term.parts.map(of)}
    case 'not':
      return {...term, operand: of(term.operand)}
    case 'conditional':
      return {...term, test: of(term.test), yes: of(term.yes), no: of(term.no)}
    default:
      return term
  }
}

const tests = new WeakMap<Term, (evaluation: Evaluation) => Truth>()

/** The truth of an atom, or of any term of type bool. */
export function truthOf(term: Term, evaluation: Evaluation): Truth {
  let test = tests.get(term)
  if (test === undefined) {
    test = generateTest(term)
    tests.set(term, test)
  }
  return test(evaluation)
}

const values = new WeakMap<Term, (evaluation: Evaluation) => unknown>()

/** The plain value of a term, times in milliseconds; undefined: missing. Not for what stands inside an aggregate. */
export function readValue(term: Term, evaluation: Evaluation): unknown {
  let value = values.get(term)
  if (value === undefined) {
    value = generateValue(term)
    values.set(term, value)
  }
  return value(evaluation)
}
