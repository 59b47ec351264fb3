import {z} from 'zod'
import {END_OF_TIME, parseEventTime} from '../event/time.js'
import type {ValueList} from '../expression/scope.js'

export const LIST_SCHEMA = 'tripline/list/v1'

const TIME_REMEDY = 'write RFC 3339, such as 2027-01-01T00:00:00Z'

export const timeSchema = z.string().transform((text, context) => {
  const time = parseEventTime(text)
  if (time !== undefined) return time
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is no time`,
    params: {remedy: TIME_REMEDY},
  })
  return z.NEVER
})

/** A list of values that conditions search with `in lists.<name>`. */
export const listFileSchema = z.strictObject({
  schema: z.literal(LIST_SCHEMA),
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a list name is letters, digits and _'),
  description: z.string().optional(),
  entries: z.array(
    z.strictObject({
      value: z.union([z.string(), z.number(), z.boolean()]),
      expires: timeSchema.optional(),
      note: z.string().optional(),
    }),
  ),
})

export function toValueList({name, entries}: z.infer<typeof listFileSchema>): ValueList {
  return {
    name,
    entries: new Map(entries.map(({value, expires}) => [value, expires ?? END_OF_TIME])),
    expires: entries.some(({expires}) => expires !== undefined),
  }
}
