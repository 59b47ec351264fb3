import {z} from 'zod'
import {type EventTime, parseEventTime} from '../../core/event/time.js'
import {closest} from '../../core/expression/suggest.js'
import {Problem} from './problem.js'

/** A query parameter of text. */
export function textParameter(maxLength: number): z.ZodType<string> {
  return z
    .string(ONCE)
    .min(1, 'is empty; leave it out')
    .max(maxLength, `has more than ${maxLength} characters`)
}

/** A query parameter that is one of a few words. */
export function wordParameter<const T extends string>(words: readonly T[]): z.ZodType<T> {
  return z.enum(words, `must be one of ${words.join(', ')}`)
}

/** A query parameter that is `true` or `false`. */
export function flagParameter(): z.ZodType<boolean> {
  return z
    .enum(['true', 'false'], 'must be true or false')
    .transform((text) => text === 'true')
    .meta({type: 'boolean'})
}

/** A query parameter that is a whole number, limits included. */
export function numberParameter(from: number, to: number): z.ZodType<number> {
  const remedy = `must be a whole number from ${from} to ${to}`
  return z
    .string(ONCE)
    .regex(/^\d{1,9}$/, remedy)
    .transform(Number)
    .pipe(z.int().min(from, remedy).max(to, remedy))
    .meta({type: 'integer', minimum: from, maximum: to})
}

/** A query parameter that is a time in RFC 3339. */
export function timeParameter(): z.ZodType<EventTime> {
  return z
    .string(ONCE)
    .transform((given, context) => {
      const time = parseEventTime(given)
      if (time !== undefined) return time
      context.addIssue({
        code: 'custom',
        message: 'must be a time such as 2026-01-31T12:00:00Z (write + as %2B)',
      })
      return z.NEVER
    })
    .meta({format: 'date-time'})
}

const ONCE = 'must be given once'

/** Checks a query. Throws a Problem that names every parameter that is wrong; values are not echoed. */
export function checkQuery<T>(schema: z.ZodType<T> & {readonly shape: object}, query: unknown): T {
  const parsed = schema.safeParse(query)
  if (parsed.success) return parsed.data
  const known = Object.keys(schema.shape)
  const faults = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownParameter(key, known))
      : [`${String(issue.path[0])} ${issue.message}`],
  )
  throw new Problem('bad_query', faults.join('; '))
}

function unknownParameter(key: string, known: readonly string[]): string {
  const meant = closest(key, known)
  return meant === undefined
    ? `there is a parameter besides ${known.join(', ')}`
    : `there is a parameter that is not known; did you mean ${meant}?`
}
