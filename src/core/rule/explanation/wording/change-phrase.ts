import type {
  EventTold,
  FieldTold,
  OrderTold,
  Plain,
  Relation,
  SizeTold,
  SpanTold,
  ToldChange,
} from '../change/change.js'
import {dollars, durationExactly, exactly, money} from './figures.js'
import {countedEvents, eventsOf} from './nouns.js'
import {amount as amountRelation, valuePhrase, valueWas} from './value-phrase.js'

/** What a phrase may take for granted. */
export interface PhraseContext {
  /** What is said of its fields needs no name. */
  readonly anchor: {readonly stream: string; readonly id: string}
  /** Whether what was there instead is told. */
  readonly tellsWhatWas: boolean
  /** Whether one name stands for several events. */
  readonly tellsIds: boolean
}

/** One change as a part of the sentence that begins with "would fire" or "would not fire": `at $5,000.00 or less`. */
export function changePhrase(change: ToldChange, context: PhraseContext): string {
  const phrase = phraseOf(change, context)
  const was = context.tellsWhatWas ? whatWas(change) : undefined
  return was === undefined ? phrase : `${phrase} (${was})`
}

function phraseOf(change: ToldChange, context: PhraseContext): string {
  switch (change.what) {
    case 'field':
      return fieldPhrase(change, context)
    case 'value':
      return valuePhrase(change, context.tellsIds)
    case 'condition':
      return `if ${change.clause} ${change.holds ? 'held' : 'did not hold'}`
    case 'within':
    case 'span':
    case 'cooldown':
      return spanPhrase(change)
    case 'times':
      return timesPhrase(change)
    case 'order':
      return orderPhrase(change)
    case 'event':
      return eventPhrase(change)
  }
}

function fieldPhrase(change: FieldTold, {anchor}: PhraseContext): string {
  const {as, stream, id, field, relation, value, only_near} = change
  const isAnchor = stream === anchor.stream && id === anchor.id
  if (typeof value !== 'number') return `with ${nameOf(change, isAnchor)} ${textRelation(relation, value)}`
  const amount = figure(field, value)
  if (isAnchor && field === 'amount_usd') return amountPhrase(relation, amount, only_near)
  return `with ${nameOf({as, id, field}, isAnchor)} ${numberRelation(relation, amount, only_near)}`
}

function nameOf({as, id, field}: Pick<FieldTold, 'as' | 'id' | 'field'>, isAnchor: boolean): string {
  if (isAnchor) return field
  return as === 'location' || as === 'merchant' ? `${as}.${field}` : `${field} of ${as} (${id})`
}

const NEARBY: {readonly [relation in Relation]?: string} = {
  '<=': 'or a little less',
  '>=': 'or a little more',
}

function amountPhrase(relation: Relation, amount: string, onlyNear: boolean): string {
  switch (relation) {
    case '<':
      return onlyNear ? `just below ${amount}` : `below ${amount}`
    case '>':
      return onlyNear ? `just above ${amount}` : `above ${amount}`
    default:
      return `at ${numberRelation(relation, amount, onlyNear)}`
  }
}

function numberRelation(relation: Relation, amount: string, onlyNear: boolean): string {
  switch (relation) {
    case '<':
      return onlyNear ? `just below ${amount}` : `below ${amount}`
    case '>':
      return onlyNear ? `just above ${amount}` : `above ${amount}`
    case '<=':
      return `${amount} ${onlyNear ? NEARBY['<='] : 'or less'}`
    case '>=':
      return `${amount} ${onlyNear ? NEARBY['>='] : 'or more'}`
    case '!=':
      return `other than ${amount}`
    default:
      return amount
  }
}

function textRelation(relation: Relation, value: Plain): string {
  switch (relation) {
    case 'in':
    case 'not in':
      return `${relation} ${value}`
    case '!=':
      return `other than ${plain(value)}`
    default:
      return plain(value)
  }
}

function spanPhrase({what, relation, value}: SpanTold): string {
  return `with a ${what} of ${amountRelation(relation, durationExactly(value))}`
}

function timesPhrase({as, stream, relation, value}: SizeTold): string {
  const events = `${countedEvents(stream, value)} for ${JSON.stringify(as)}`
  if (relation === '<') return `with fewer than ${events}`
  return relation === '>=' ? `from ${events}` : `with at most ${events}`
}

function orderPhrase({as, after, stream, id, value}: OrderTold): string {
  return `if ${JSON.stringify(as)} came right after ${JSON.stringify(after)} (${stream} ${id} at ${value})`
}

function eventPhrase({as, stream, id, happens, count, until}: EventTold): string {
  if (!happens) return `without ${stream} ${id}`
  const end = until === null ? '' : ` by ${until}`
  return `if there were ${eventsOf(stream, count)} for ${JSON.stringify(as)}${end}`
}

/** What stood in the place of a change; undefined where the change says it. */
function whatWas(change: ToldChange): string | undefined {
  switch (change.what) {
    case 'field': {
      const {field, relation, was} = change
      if (was === null) return 'it is missing'
      if (relation === '!=' && typeof was !== 'number') return undefined
      return `it was ${typeof was === 'number' ? figure(field, was) : plain(was)}`
    }
    case 'value':
      return valueWas(change)
    case 'within':
    case 'span':
    case 'cooldown':
      return `it is ${durationExactly(change.was)}`
    case 'times':
      return `${exactly(change.was)} ${change.was === 1 ? 'was' : 'were'} there`
    default:
      return undefined
  }
}

function figure(field: string, value: number): string {
  if (field === 'amount_usd') return dollars(value)
  return field === 'amount' ? money(value) : exactly(value)
}

function plain(value: Plain): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
