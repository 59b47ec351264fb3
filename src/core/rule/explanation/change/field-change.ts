import {z} from 'zod'
import type {StoredEvent} from '../../../event/stored-event.js'
import {type Stream, TRANSACTIONS} from '../../../event/stream.js'
import type {ComparisonOperator} from '../../../expression/syntax.js'
import {comparedValues} from '../condition/compared-values.js'
import {nearestStanding, OPPOSITE, stands} from '../condition/relation.js'
import type {Assignment} from '../trial/assignment.js'
import {isAmountConvertible, otherAmount} from '../trial/changed-event.js'
import type {Hypothesis} from '../trial/hypothesis.js'
import type {Trial} from '../trial/trial.js'
import type {Change, FieldTold, Plain} from './change.js'

/** A field of one of the events that a condition looks at. */
export interface EventField {
  readonly event: StoredEvent
  /** The rule's name for the event. */
  readonly as: string
  readonly field: string
}

/** Stands for every text that no rule names. */
const ANOTHER_TEXT = 'something else'

/** The change of a number to the other side of a border; undefined where the field cannot hold such a number. */
export function numberChange(
  trial: Trial,
  of: EventField,
  relation: ComparisonOperator,
  border: number,
  assignment: Assignment,
): Change | undefined {
  const [nearest, ...also] = nearestStanding(relation, border)
  if (nearest === undefined || !isChangeable(trial, of) || !isPossible(trial, of, nearest)) return undefined
  const far = comparedNumbers(trial, of, assignment)
    .flatMap((value) => [value, ...nearestStanding('!=', value)])
    .filter((value) => stands(value, relation, border) && isPossible(trial, of, value))
  const beside = also.filter((value) => isPossible(trial, of, value))
  const short = nearestStanding(OPPOSITE[relation], border).filter((value) => isPossible(trial, of, value))
  return {
    ...changeTo(of, relation, border, [nearest, ...beside], far),
    short: short.map((value) => supposed(of, value)),
  }
}

/** What the rule compares the field with; an amount also with what it is compared with in the other currency. */
function comparedNumbers(
  trial: Trial,
  {event, field}: EventField,
  assignment: Assignment,
): readonly number[] {
  const numbers = (name: string): readonly number[] =>
    comparedValues(trial, name, assignment).filter((value) => typeof value === 'number')
  const other = otherAmount(event, field)
  const converted = other === undefined ? [] : numbers(other.field).map((value) => value / other.rate)
  return [...numbers(field), ...converted]
}

/** The change of a value to another one, to any that is not this one, or to one in a list or in none. */
export function valueChange(
  trial: Trial,
  of: EventField,
  relation: '==' | '!=' | 'in' | 'not in',
  values: readonly Plain[],
  text: Plain,
  assignment: Assignment,
): Change | undefined {
  if (!isChangeable(trial, of)) return undefined
  const isWanted = relation === '==' || relation === 'in'
  const others = [
    anotherThan(values),
    ...allowedTexts(trial, of),
    ...comparedValues(trial, of.field, assignment),
  ]
  const sample = values[0]
  const tried = isWanted
    ? values
    : others.filter((value) => typeof value === typeof sample && !values.includes(value))
  const possible = tried.filter((value) => isPossible(trial, of, value))
  return possible.length === 0 ? undefined : changeTo(of, relation, text, possible, [])
}

function changeTo(
  of: EventField,
  relation: FieldTold['relation'],
  border: Plain,
  values: readonly Plain[],
  far: readonly Plain[],
): Change {
  const {event, as, field} = of
  const [hypothesis, ...also] = values.map((value) => supposed(of, value))
  return {
    told: {
      what: 'field',
      as,
      stream: event.stream,
      id: event.id,
      field,
      relation,
      value: border,
      was: plainOrNull(event.fields[field]),
      only_near: false,
    },
    hypothesis: hypothesis ?? [],
    also,
    far: far.map((value) => supposed(of, value)),
  }
}

function supposed({event, field}: EventField, value: Plain): Hypothesis {
  return [{kind: 'field', event, field, value}]
}

export function plainOrNull(value: unknown): Plain | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

function anotherThan(values: readonly Plain[]): Plain {
  const [sample] = values
  if (typeof sample === 'boolean') return !sample
  if (typeof sample === 'number') return Math.max(...values.map(Number)) + 1
  return ANOTHER_TEXT
}

/** An event stays with its key, keeps its id, and has one worth. */
function isChangeable(trial: Trial, {event, field}: EventField): boolean {
  const {rule, scene} = trial
  if (field === scene.streams.get(event.stream)?.keyField || event.fields[field] === event.id) return false
  if (field === rule.key && rule.narrowedBy === undefined) return false
  // In another currency it would be worth another amount.
  if (event.stream === TRANSACTIONS && field === 'currency') return false
  return isAmountConvertible(event, field) || !trial.usesBothAmounts
}

/** Whether an event of the stream could carry the value. */
function isPossible(trial: Trial, {event, field}: EventField, value: Plain): boolean {
  const stream = trial.scene.streams.get(event.stream)
  return stream === undefined || fits(stream, field, value)
}

function fits(stream: Stream, field: string, value: Plain): boolean {
  return typeOf(stream, field)?.safeParse(value).success ?? true
}

/** The texts that a field can hold, where its stream names them. */
function allowedTexts({scene}: Trial, {event, field}: EventField): readonly string[] {
  const stream = scene.streams.get(event.stream)
  let type = stream && typeOf(stream, field)
  while (type instanceof z.ZodOptional || type instanceof z.ZodNullable) type = type.unwrap() as z.ZodType
  return type instanceof z.ZodEnum ? type.options.map(String) : []
}

/** Undefined for a field that the stream does not declare. */
function typeOf({schema, derivedField}: Stream, field: string): z.ZodType | undefined {
  if (!(schema instanceof z.ZodObject)) return undefined
  return schema.shape[field === derivedField ? 'amount' : field] as z.ZodType | undefined
}
