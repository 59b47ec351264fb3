import {z} from 'zod'
import type {Stream} from '../../event/stream.js'

/** What a stream's schema says about the values of a field, whatever the event. */
export interface FieldValues {
  /** Every event has the field. */
  readonly isRequired: boolean
  /** The only values there are; undefined if there are too many to name. */
  readonly choices: readonly string[] | undefined
  /** Bounds of a number, both included. */
  readonly least: number
  readonly most: number
  /** What it can be, in words that complete `it is …`. */
  readonly allowed: string
  canBe(value: unknown): boolean
}

/** Undefined for fields that the schema does not name: they may hold anything. */
export function fieldValues(stream: Stream, field: string): FieldValues | undefined {
  // The derived amount is the amount times a rate: it may be missing, and is never negative.
  const isDerived = field === stream.derivedField
  const schema = shapeOf(stream)[isDerived ? 'amount' : field]
  if (schema === undefined) return undefined
  const bare = unwrapped(schema)
  const isOptionalId = stream.optionalIds.includes(field)
  const hasDefault = stream.defaults.some(([name]) => name === field)
  const choices = bare instanceof z.ZodEnum ? bare.options.map(String) : undefined
  const [least, most] = bare instanceof z.ZodNumber ? [bare.minValue, bare.maxValue] : []
  const bounds = {least: least ?? Number.NEGATIVE_INFINITY, most: most ?? Number.POSITIVE_INFINITY}
  return {
    isRequired: !isDerived && (hasDefault || !schema.safeParse(undefined).success),
    choices,
    ...bounds,
    allowed: choices === undefined ? rangeOf(bounds) : `one of ${choices.join(', ')}`,
    // An empty optional id is an absent one.
    canBe: (value) => !(isOptionalId && value === '') && bare.safeParse(value).success,
  }
}

function rangeOf({least, most}: {readonly least: number; readonly most: number}): string {
  if (Number.isFinite(least)) return Number.isFinite(most) ? `${least} to ${most}` : `${least} or more`
  return Number.isFinite(most) ? `${most} or less` : 'written otherwise in every event that is accepted'
}

function shapeOf({schema}: Stream): {readonly [field: string]: z.ZodType | undefined} {
  return schema instanceof z.ZodObject ? (schema.shape as {[field: string]: z.ZodType}) : {}
}

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema
}
