import type {StoredEvent} from '../../../event/stored-event.js'
import type {Evaluation} from '../../../expression/evaluation.js'
import type {ValueType} from '../../../expression/scope.js'
import {children, type Source, type Term} from '../../../expression/term.js'
import {readValue} from './atoms.js'
import {type Names, nameOf, textOf} from './term-text.js'

/**
 * What is missing of what a condition reads: a join (`location`), a field (`tx.mcc`), a position
 * (`lat and lon of tx`), or a field of a member of a group (`tx.mcc of t3`). What `has` asks for is never missing.
 */
export function missingInputs(term: Term, evaluation: Evaluation, names: Names): readonly string[] {
  return [...new Set(missingIn(term, evaluation, names, undefined))]
}

function missingIn(
  term: Term,
  evaluation: Evaluation,
  names: Names,
  member: StoredEvent | undefined,
): readonly string[] {
  const eventOf = (source: Source): StoredEvent | undefined => sourceEvent(source, evaluation, member)
  switch (term.kind) {
    case 'present':
      return []
    case 'field': {
      const event = eventOf(term.source)
      if (event === undefined) return [nameOf(term.source, names)]
      if (isGiven(event.fields[term.field])) return []
      return [member === undefined ? textOf(term, names) : `${textOf(term, names)} of ${member.id}`]
    }
    case 'time':
      return eventOf(term.source) === undefined ? [nameOf(term.source, names)] : []
    case 'span':
      return [term.from, term.to].flatMap((source) => {
        const event = eventOf(source)
        if (event === undefined) return [nameOf(source, names)]
        const isPlaced = isGiven(event.fields.lat) && isGiven(event.fields.lon)
        return term.name === 'seconds_between' || isPlaced ? [] : [`lat and lon of ${nameOf(source, names)}`]
      })
    case 'feature':
      return isGiven(evaluation.features?.[term.key]) ? [] : [textOf(term, names)]
    case 'aggregate': {
      const {argument, group} = term
      const members = evaluation.groups[group.slot] ?? []
      return argument === undefined
        ? []
        : members.flatMap((each) => missingIn(argument, evaluation, names, each))
    }
    case 'property':
    case 'element':
    case 'narrow': {
      const inner = children(term).flatMap((child) => missingIn(child, evaluation, names, member))
      const isKnown = inner.length > 0 || member !== undefined || readValue(term, evaluation) !== undefined
      if (isKnown) return inner
      return [
        term.kind === 'narrow' ? `${textOf(term, names)} as a ${TYPE_WORDS[term.type]}` : textOf(term, names),
      ]
    }
    default:
      return children(term).flatMap((child) => missingIn(child, evaluation, names, member))
  }
}

/** The event that a source stands for. */
export function sourceEvent(
  {kind, slot}: Source,
  evaluation: Evaluation,
  member?: StoredEvent,
): StoredEvent | undefined {
  switch (kind) {
    case 'bound':
      return evaluation.bound[slot]
    case 'member':
      return member
    case 'location':
      return evaluation.location
    case 'merchant':
      return evaluation.merchant
  }
}

const TYPE_WORDS: {readonly [type in ValueType]: string} = {
  double: 'number',
  string: 'text',
  bool: 'yes or no',
  timestamp: 'time',
  duration: 'duration',
  list: 'list',
  dyn: 'value',
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !Number.isNaN(value)
}
