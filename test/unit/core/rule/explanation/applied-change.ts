import type {FieldTold, ToldChange} from '../../../../../src/core/rule/explanation/change/change.js'
import {nextAbove, nextBelow} from '../../../../../src/core/rule/explanation/condition/relation.js'
import type {ReplayLine} from '../../../../support/oracle/shapes.js'
import type {Case} from './explained.js'
import {withLimit, withSpan, withTimes} from './rewritten-rule.js'

/**
 * A case in which a told change came true; undefined where it cannot be said in events and rule texts. `beyond`: how far
 * beyond its border an amount is, 0 for as near as it gets.
 */
export function applied(given: Case, change: ToldChange, beyond: number): Case | undefined {
  const {rule, lines} = given
  switch (change.what) {
    case 'field':
      return withField(given, change, beyond)
    case 'value': {
      const changed = withLimit(rule, change)
      return changed && {...given, rule: changed}
    }
    case 'within':
    case 'span':
      return {...given, rule: withSpan(rule, change)}
    case 'cooldown':
      return {...given, rule: {...rule, cooldown: `${change.value}ms`}}
    case 'times':
      return {...given, rule: withTimes(rule, change)}
    case 'order':
      return withEvent(given, change.stream, change.id, (event) => ({...event, event_time: change.value}))
    case 'event': {
      if (change.happens) return undefined
      return {...given, lines: lines.filter((line) => !isEvent(line, change.stream, change.id))}
    }
    case 'condition':
      return undefined
  }
}

function withField(given: Case, change: FieldTold, beyond: number): Case | undefined {
  const {stream, id, field, was} = change
  const value = newValue(change, beyond)
  if (value === undefined) return undefined
  return withEvent(given, stream, id, (event) => {
    if (field !== 'amount_usd') return {...event, [field]: value}
    const rate = Number(was) / Number(event.amount)
    const amount = Number(value) / rate
    return amount * rate === value ? {...event, amount} : undefined
  })
}

/** A value that stands to the border as it is told. */
function newValue({field, relation, value, only_near}: FieldTold, beyond: number): unknown {
  if (typeof value !== 'number') return beyond === 0 ? otherText(field, relation, String(value)) : undefined
  if (beyond === 0) return justAcross(relation, value)
  const further = relation.startsWith('<') ? value - beyond : value + beyond
  const isPromised = field.startsWith('amount') && /[<>]/.test(relation) && !only_near
  return isPromised && further >= 0 ? further : undefined
}

function justAcross(relation: string, border: number): number {
  if (relation === '<') return nextBelow(border)
  return relation === '>' || relation === '!=' ? nextAbove(border) : border
}

/** What fields can hold whose values are named one by one. */
const TEXTS: {readonly [field: string]: readonly string[]} = {
  type: ['purchase', 'withdrawal', 'transfer', 'payout', 'refund', 'topup'],
  verdict: ['fraud', 'legitimate', 'inconclusive'],
  source: ['review', 'chargeback', 'customer'],
  auth_result: ['approved', 'declined'],
}

/** An entry of each list that the generated rules search. */
const ENTRIES: {readonly [list: string]: string} = {'lists.risky_mcc': '7995', 'lists.watched_cards': 'c1'}

/** A text that stands so to the one that is told, or to the entries of a list. */
function otherText(field: string, relation: string, told: string): string | undefined {
  switch (relation) {
    case '==':
      return told
    case 'in':
      return ENTRIES[told] ?? /["']([^"']*)["']/.exec(told)?.[1]
    default:
      return (TEXTS[field] ?? ['something else']).find((text) => !told.includes(text))
  }
}

type Fields = {readonly [field: string]: unknown}

const ID_FIELDS: {readonly [stream: string]: string} = {
  transactions: 'transaction_id',
  locations: 'location_id',
  feedback: 'feedback_id',
}

function isEvent({stream, event}: ReplayLine, of: string, id: string | null): boolean {
  const fields = event as Fields
  if (stream !== of) return false
  if (stream === 'merchants') return `${fields.merchant_id}@${fields.event_time}` === id
  return fields[ID_FIELDS[stream] ?? ''] === id
}

/** Undefined if there is no such event, or `change` gives none. */
function withEvent(
  given: Case,
  stream: string,
  id: string,
  change: (event: Fields) => Fields | undefined,
): Case | undefined {
  const line = given.lines.find((each) => isEvent(each, stream, id))
  const event = line && change(line.event as Fields)
  if (event === undefined) return undefined
  return {...given, lines: given.lines.map((each) => (each === line ? {...each, event} : each))}
}
