import type {ComparisonOperator} from './syntax.js'
import type {ConstantTerm, Source, Term} from './term.js'

/** The operator that says the same with its sides exchanged. */
export const TURNED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
}

/**
 * A text that is equal for equal predicates, whatever the names, the spacing or the spelling of literals: a bound
 * event is `$0`, `$1` … in order of appearance, with its stream. Lists go by name: two predicates with one text are
 * equal under one set of lists and one set of declared types.
 */
export function canonicalText(term: Term): string {
  return write(term, [])
}

function write(term: Term, slots: number[]): string {
  const of = (inner: Term): string => write(inner, slots)
  const call = (name: string, ...parts: readonly string[]): string => `(${[name, ...parts].join(' ')})`
  switch (term.kind) {
    case 'constant':
      return constantText(term)
    case 'field':
      return call('field', sourceText(term.source, slots), term.field)
    case 'time':
      return call('time', sourceText(term.source, slots))
    case 'property':
      return call('property', of(term.target), JSON.stringify(term.name))
    case 'element':
      return call('element', of(term.target), of(term.index))
    case 'feature':
      return call('feature', term.key)
    case 'present':
      return call('has', of(term.target))
    case 'narrow':
    case 'widen':
      return call(term.type, of(term.operand))
    case 'list': {
      const items = term.items.map(({term: item, guard}) =>
        guard ? call('if', of(guard), of(item)) : of(item),
      )
      return call('list', ...items)
    }
    case 'not':
    case 'negate':
      return call(term.kind, of(term.operand))
    case 'and':
    case 'or':
    case 'exactly-one':
      return call(term.kind, ...term.parts.map(of))
    case 'conditional':
      return call('?:', of(term.test), of(term.yes), of(term.no))
    case 'arithmetic':
      return call(term.operator, of(term.left), of(term.right))
    case 'compare': {
      const isTurned = term.left.kind === 'constant' && term.right.kind !== 'constant'
      if (isTurned) return call(TURNED[term.operator], of(term.right), of(term.left))
      return call(term.operator, of(term.left), of(term.right))
    }
    case 'in-items': {
      const isSet = term.items.every(({kind}) => kind === 'constant')
      const value = of(term.value)
      const items = term.items.map(of)
      return call('in', value, ...(isSet ? [...new Set(items)].sort() : items))
    }
    case 'in-list':
      return call('in-list', of(term.value), JSON.stringify(term.list.name))
    case 'in-value':
      return call('in-value', of(term.value), of(term.collection))
    case 'matches':
      return call('matches', of(term.value), JSON.stringify(term.pattern.source))
    case 'call':
      return call(`${term.entry.name}:${term.entry.parameters.join(',')}`, ...term.args.map(of))
    case 'span':
      return call(term.name, sourceText(term.from, slots), sourceText(term.to, slots))
    case 'aggregate': {
      const group = sourceText(term.group, slots)
      return term.argument === undefined ? call(term.name, group) : call(term.name, group, of(term.argument))
    }
    case 'strict':
      return call('strict', call('', ...term.items.map(of)), of(term.body))
    case 'invalid':
      return 'invalid'
  }
}

function constantText({type, value}: ConstantTerm): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '0' : String(value)
  return type === 'timestamp' || type === 'duration' ? `${type}:${text}` : text
}

function sourceText({kind, slot, stream}: Source, slots: number[]): string {
  if (kind === 'location' || kind === 'merchant') return `@${kind}`
  if (kind === 'member') return '$member'
  const known = slots.indexOf(slot)
  const index = known >= 0 ? known : slots.push(slot) - 1
  return `$${index}:${JSON.stringify(stream)}`
}
