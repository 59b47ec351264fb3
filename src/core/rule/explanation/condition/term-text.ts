import type {Source, Term} from '../../../expression/term.js'

/** How a rule names its events: by slot. */
export type Names = readonly string[]

/** A term in the words of the rule language. Spacing and quotes may differ from what the file has. */
export function textOf(term: Term, names: Names): string {
  const of = (inner: Term): string => textOf(inner, names)
  switch (term.kind) {
    case 'constant':
      return constantText(term.value)
    case 'field':
      return `${nameOf(term.source, names)}.${term.field}`
    case 'time':
      return `${nameOf(term.source, names)}.event_time`
    case 'property':
      return `${of(term.target)}.${term.name}`
    case 'element':
      return `${of(term.target)}[${of(term.index)}]`
    case 'feature':
      return `features.${term.key}`
    case 'present':
      return `has(${of(term.target)})`
    case 'narrow':
    case 'widen':
      return of(term.operand)
    case 'list':
      return `[${term.items.map((item) => of(item.term)).join(', ')}]`
    case 'not':
      return `!(${of(term.operand)})`
    case 'negate':
      return `-${of(term.operand)}`
    case 'and':
      return term.parts.map(of).join(' && ')
    case 'or':
      return `(${term.parts.map(of).join(' || ')})`
    case 'conditional':
      return `(${of(term.test)} ? ${of(term.yes)} : ${of(term.no)})`
    case 'arithmetic':
      return `${operandText(term.left, names)} ${term.operator} ${operandText(term.right, names)}`
    case 'compare':
      return `${of(term.left)} ${term.operator} ${of(term.right)}`
    case 'in-items':
      return `${of(term.value)} in [${term.items.map(of).join(', ')}]`
    case 'in-list':
      return `${of(term.value)} in lists.${term.list.name}`
    case 'in-value':
      return `${of(term.value)} in ${of(term.collection)}`
    case 'matches':
      return `${of(term.value)}.matches(${JSON.stringify(term.pattern.source)})`
    case 'call': {
      const {entry, args} = term
      const [target, ...rest] = args.map(of)
      return entry.method
        ? `${target}.${entry.name}(${rest.join(', ')})`
        : `${entry.name}(${args.map(of).join(', ')})`
    }
    case 'span':
      return `${term.name}(${nameOf(term.from, names)}, ${nameOf(term.to, names)})`
    case 'aggregate':
      return `${term.name}(${term.argument === undefined ? '' : of(term.argument)})`
    case 'strict':
      return of(term.body)
    case 'exactly-one':
      return `exactly one of ${term.parts.map(of).join(', ')}`
    case 'invalid':
      return 'invalid'
  }
}

export function nameOf({kind, slot}: Source, names: Names): string {
  return kind === 'location' || kind === 'merchant' ? kind : (names[slot] ?? 'it')
}

function operandText(term: Term, names: Names): string {
  const text = textOf(term, names)
  return term.kind === 'arithmetic' ? `(${text})` : text
}

function constantText(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
