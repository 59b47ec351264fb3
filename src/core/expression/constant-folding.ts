import {END_OF_TIME, type EventTime} from '../event/time.js'
import type {Evaluation} from './evaluation.js'
import {generateValue} from './generate.js'
import {type ConstantTerm, children, type LogicalTerm, type Term} from './term.js'

/** Constant terms read nothing. */
const NOTHING: Evaluation = {
  bound: [],
  groups: [],
  location: undefined,
  merchant: undefined,
  features: undefined,
  anchorTime: END_OF_TIME satisfies EventTime,
}

/** The same term with its outermost operation done, as far as the values are known. Its parts are folded already. */
export function fold(term: Term): Term {
  switch (term.kind) {
    case 'and':
      return foldLogical(term, false)
    case 'or':
      return foldLogical(term, true)
    case 'conditional':
      if (term.test.kind !== 'constant') return term
      if (term.test.value === undefined) return constant(term.type, undefined)
      return term.test.value === true ? term.yes : term.no
    // These depend on the data even where their parts do not; a list is no single value.
    case 'aggregate':
    case 'in-list':
    case 'list':
      return term
    default: {
      const parts = children(term)
      const isConstant = parts.length > 0 && parts.every(holdsConstants)
      return isConstant ? constant(term.type, generateValue(term)(NOTHING)) : term
    }
  }
}

function holdsConstants(term: Term): boolean {
  if (term.kind === 'list') return children(term).every(holdsConstants)
  return term.kind === 'constant'
}

function constant(type: ConstantTerm['type'], value: unknown): ConstantTerm {
  const isPlain = typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
  return {kind: 'constant', type, value: isPlain ? value : undefined}
}

/** `decisive` settles the chain; its opposite changes nothing. An error does both, or neither: it stays. */
function foldLogical(term: LogicalTerm, decisive: boolean): Term {
  const isDecisive = (part: Term): boolean => part.kind === 'constant' && part.value === decisive
  if (term.parts.some(isDecisive)) return constant('bool', decisive)
  const open = term.parts.filter((part) => !(part.kind === 'constant' && part.value === !decisive))
  if (open.length === 0) return constant('bool', !decisive)
  const [first] = open
  const isError = open.every((part) => part.kind === 'constant')
  return open.length === 1 || isError ? first! : {...term, parts: open}
}
