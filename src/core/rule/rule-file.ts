import {z} from 'zod'
import {durationSchema} from '../source/duration.js'
import {groupSizeSchema} from './group-size.js'

/*
 * The rule language as a schema: `schema: tripline/rule/v1`. Unknown fields are errors.
 */

export const RULE_SCHEMA = 'tripline/rule/v1'

/** CEL's reserved words, and the names that conditions see without declaring them. */
const RESERVED = new Set(
  (
    'as break const continue else false for function if import in let loop namespace null package return true var void while ' +
    'location merchant features lists'
  ).split(' '),
)

const name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name is letters, digits and _, and does not begin with a digit')
  .refine((text) => !RESERVED.has(text), {error: 'this name is reserved; choose another'})

const condition = z.string({error: 'expected a condition as text; put it in quotes'})
const stream = z.string()

const eventMatch = z.strictObject({
  event: z.strictObject({as: name, stream}),
  when: condition.optional(),
})

const windowMatch = z.strictObject({
  window: z.strictObject({as: name, stream, when: condition.optional(), span: durationSchema}),
  having: condition,
})

/** Either `as`, for an event that is bound, or `absent`, for one that must not be there. */
const sequenceStep = z.strictObject({
  as: name.optional(),
  absent: name.optional(),
  stream,
  when: condition.optional(),
  times: groupSizeSchema.optional(),
  next: z.boolean().optional(),
})

const sequenceMatch = z.strictObject({
  sequence: z.strictObject({
    within: durationSchema,
    steps: z.array(sequenceStep).min(1, 'name at least one event').max(16, 'name at most sixteen events'),
    until: z.strictObject({as: name, stream, when: condition.optional()}).optional(),
  }),
})

const togetherItem = z.strictObject({
  as: name,
  stream,
  when: condition.optional(),
  after: z.string().optional(),
})

const togetherMatch = z.strictObject({
  together: z.strictObject({
    within: durationSchema,
    anchor: z.string().optional(),
    of: z.array(togetherItem).min(2, 'name at least two events').max(8, 'name at most eight events'),
  }),
})

const MATCH_FORMS = {
  event: eventMatch,
  window: windowMatch,
  sequence: sequenceMatch,
  together: togetherMatch,
}

export type EventMatch = z.infer<typeof eventMatch>
export type WindowMatch = z.infer<typeof windowMatch>
export type SequenceMatch = z.infer<typeof sequenceMatch>
export type SequenceStep = z.infer<typeof sequenceStep>
export type TogetherMatch = z.infer<typeof togetherMatch>

/** A test inside a rule: events in the order they arrive, and the anchors that are alerted. */
const ruleTest = z.strictObject({
  name: z.string(),
  events: z.array(z.record(z.string(), z.unknown())),
  expect: z.array(z.string()),
})

const header = {
  schema: z.literal(RULE_SCHEMA),
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id is kebab-case, such as geo-jump-high-value'),
  version: z.int().min(1),
  title: z.string().min(1),
  description: z.string().optional(),
  mode: z.enum(['live', 'shadow', 'off']).default('live'),
  key: z.enum(['user_id', 'card_id', 'merchant_id', 'device_id', 'ip']),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  action: z.enum(['approve', 'review', 'decline']),
  score: z.number().min(1).max(100),
  cooldown: durationSchema.optional(),
  tests: z.array(ruleTest).default([]),
  tags: z.unknown().optional(),
  owner: z.unknown().optional(),
  references: z.unknown().optional(),
}

export type MatchFormName = keyof typeof MATCH_FORMS

/** The forms a rule can have, in the order of the documentation. */
export const MATCH_FORM_NAMES = Object.keys(MATCH_FORMS) as readonly MatchFormName[]

/** Which forms a `match` names: exactly one, if the file is right. */
export function matchFormsOf(match: unknown): readonly MatchFormName[] {
  if (match === null || typeof match !== 'object') return []
  return MATCH_FORM_NAMES.filter((form) => Object.hasOwn(match, form))
}

/** The schema of a rule file whose `match` has this form: so that faults name what this form lacks, not every form. */
export function ruleFileSchema(form: MatchFormName) {
  return z.strictObject({...header, match: MATCH_FORMS[form]})
}

/** The schema of a rule file whose `match` cannot be told: all that can be said of the rest. */
export const headerOnlySchema = z.strictObject({...header, match: z.unknown().optional()})

export type RuleHeader = Omit<z.infer<ReturnType<typeof ruleFileSchema>>, 'match'>
export type RuleTest = z.infer<typeof ruleTest>

/** A rule file that fits the schema. */
export type RuleFile = RuleHeader & {
  readonly match: EventMatch | WindowMatch | SequenceMatch | TogetherMatch
}
