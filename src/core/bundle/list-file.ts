import {z} from 'zod'
import {END_OF_TIME, type EventTime, parseEventTime} from '../event/time.js'
import type {ValueList} from '../expression/scope.js'

export const LIST_SCHEMA = 'tripline/list/v1'

const TIME_REMEDY = 'write RFC 3339, such as 2027-01-01T00:00:00Z'

const timeSchema = z.string().transform((text, context) => {
  const time = parseEventTime(text)
  if (time !== undefined) return time
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is no time`,
    params: {remedy: TIME_REMEDY},
  })
  return z.NEVER
})

const entrySchema = z
  .strictObject({
    value: z.union([z.string(), z.number(), z.boolean()]).meta({
      description: 'What a condition searches for. Ids and codes are text: put them in quotes.',
      examples: ['7995'],
    }),
    expires: timeSchema.optional().meta({
      description: "The entry counts while the anchor's event time is before this time (RFC 3339).",
      examples: ['2027-01-01T00:00:00Z'],
    }),
    note: z
      .string()
      .optional()
      .meta({description: 'Why it is in the list.', examples: ['quasi cash']}),
  })
  .meta({description: 'One value of the list.', examples: [{value: '7995', note: 'gambling'}]})

/** A list of values that conditions search with `in lists.<name>`. */
export const listFileSchema = z
  .strictObject({
    schema: z.literal(LIST_SCHEMA).meta({description: 'Says that this is a list.', examples: [LIST_SCHEMA]}),
    name: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a list name is letters, digits and _')
      .meta({description: 'What conditions call it: lists.<name>.', examples: ['risky_mcc']}),
    description: z
      .string()
      .optional()
      .meta({
        description: 'What its values have in common.',
        examples: ['Merchant categories that fraud favours'],
      }),
    entries: z.array(entrySchema).meta({
      description: 'The values, each with an optional expiry.',
      examples: [[{value: '7995', note: 'gambling'}]],
    }),
  })
  .meta({title: 'Tripline list', description: 'Values that conditions search with `in lists.<name>`.'})

export type ListFile = z.infer<typeof listFileSchema>

/** `added`: entries beside those of the file. Of two for the same value, the later end counts. */
export function toValueList(
  {name, entries}: ListFile,
  added: readonly (readonly [value: string, expires: EventTime])[] = [],
): ValueList {
  const ends = new Map<string | number | boolean, EventTime>()
  for (const {value, expires} of entries) ends.set(value, expires ?? END_OF_TIME)
  for (const [value, expires] of added) if ((ends.get(value) ?? expires) <= expires) ends.set(value, expires)
  const expires = added.length > 0 || entries.some((entry) => entry.expires !== undefined)
  return {name, entries: ends, expires}
}
