import type {
  FieldTold,
  SizeTold,
  ToldChange,
  ValueTold,
} from '../../../../../src/core/rule/explanation/change/change.js'
import {nextAbove, nextBelow} from '../../../../../src/core/rule/explanation/condition/relation.js'
import type {ReplayLine} from '../../../../support/oracle/shapes.js'
import type {Case} from './explained.js'

/** A case in which a told change came true; undefined where it cannot be said in events and rule texts. */
export function applied(given: Case, change: ToldChange): Case | undefined {
  switch (change.what) {
    case 'field':
      return withField(given, change)
    case 'value':
      return withLimit(given, change)
    case 'within':
    case 'span': {
      const ms = justAcross(change.relation, change.value, 1)
      return {...given, rule: withSpan(given.rule, change.what, `${ms}ms`)}
    }
    case 'times':
      return {...given, rule: withTimes(given.rule, change)}
    case 'order':
      return withEvent(given, change.stream, change.id, (event) => ({...event, event_time: change.value}))
    case 'event':
      return change.happens
        ? undefined
        : {...given, lines: given.lines.filter((line) => !isEvent(line, change.stream, change.id))}
    default:
      return undefined
  }
}

const ID_FIELDS: {readonly [stream: string]: string} = {
  transactions: 'transaction_id',
  locations: 'location_id',
  feedback: 'feedback_id',
}

type Fields = {readonly [field: string]: unknown}

function isEvent({stream, event}: ReplayLine, of: string, id: string | null): boolean {
  const fields = event as Fields
  if (stream !== of) return false
  if (stream === 'merchants') return `${fields.merchant_id}@${fields.event_time}` === id
  return fields[ID_FIELDS[stream] ?? ''] === id
}

function withEvent(
  given: Case,
  stream: string,
  id: string,
  change: (event: Fields) => Fields | undefined,
): Case | undefined {
  let isChanged = false
  const lines = given.lines.map((line) => {
    const event = isEvent(line, stream, id) ? change(line.event as Fields) : undefined
    if (event === undefined) return line
    isChanged = true
    return {...line, event}
  })
  return isChanged ? {...given, lines} : undefined
}

function withField(given: Case, {stream, id, field, relation, value, was}: FieldTold): Case | undefined {
  const to =
    typeof value === 'number'
      ? justAcross(relation, value, 0)
      : relation === '=='
        ? value
        : relation === 'in'
          ? entryOf(value)
          : 'something else'
  if (to === undefined) return undefined
  return withEvent(given, stream, id, (event) => {
    if (field !== 'amount_usd') return {...event, [field]: to}
    const rate = Number(was) / Number(event.amount)
    const amount = Number(to) / rate
    return amount * rate === to ? {...event, amount} : undefined
  })
}

/** The list that the generated data files begin with. */
function entryOf(list: unknown): string | undefined {
  return /lists\.risky_mcc|'7995'|"7995"/.test(String(list)) ? '7995' : undefined
}

/** A number that stands so to a border, as near as it gets: by whole steps, or by the next double. */
function justAcross(relation: string, border: number, step: number): number {
  if (relation === '<') return step === 0 ? nextBelow(border) : border - step
  if (relation === '>' || relation === '!=') return step === 0 ? nextAbove(border) : border + step
  return border
}

function withLimit({rule, ...rest}: Case, {place, subject, value, limit, type}: ValueTold): Case | undefined {
  if (limit === null || type !== 'number') return undefined
  const text = textAt(rule, place.split('.'))
  const comparison = new RegExp(`${escaped(subject)} (<=|>=|==|!=|<|>) (-?[\\w.]+(?:\\([^)]*\\))?)`, 'g')
  const [found, second] = [...text.matchAll(comparison)].filter(
    ([, , bound]) => Number.isNaN(Number(bound)) || Number(bound) === value || Number(bound) === limit,
  )
  // Where the rule says the same twice, it is not told which of the two has another limit.
  if (found === undefined || second !== undefined) return undefined
  const [whole, operator] = found
  const changed = `${text.slice(0, found.index)}${subject} ${operator} ${limit}${text.slice(found.index + whole.length)}`
  return {...rest, rule: replacedAt(rule, place.split('.'), changed) as object}
}

function textAt(data: unknown, [step, ...rest]: readonly string[]): string {
  return step === undefined ? String(data) : textAt((data as Fields)[step], rest)
}

function replacedAt(data: unknown, [step, ...rest]: readonly string[], text: string): unknown {
  if (step === undefined) return text
  const inner = replacedAt((data as Fields)[step], rest, text)
  if (Array.isArray(data)) return data.with(Number(step), inner)
  return {...(data as Fields), [step]: inner}
}

function withSpan(rule: object, what: 'within' | 'span', text: string): object {
  const {match} = rule as {match: Fields}
  const [form] = ['window', 'together', 'sequence'].filter((each) => each in match)
  return replacedAt(rule, ['match', form as string, what], text) as object
}

function withTimes(rule: object, {as, relation, value, was}: SizeTold): object {
  const {steps} = (rule as {match: {sequence: {steps: readonly {as?: string}[]}}}).match.sequence
  const place = steps.findIndex((step) => step.as === as)
  const times = relation === '<' ? `${was + 1}..` : `${Math.min(value, was)}..${Math.max(value, was)}`
  return replacedAt(rule, ['match', 'sequence', 'steps', String(place), 'times'], times) as object
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
