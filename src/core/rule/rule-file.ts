import {z} from 'zod'
import {durationSchema} from '../source/duration.js'
import {MATCH_FORMS} from './match-schemas.js'
import {EXAMPLE_TEST, ruleTestSchema} from './rule-test-schema.js'

/*
 * The rule language as a schema: `schema: tripline/rule/v1`. Unknown fields are errors.
 */

export const RULE_SCHEMA = 'tripline/rule/v1'

const header = {
  schema: z.literal(RULE_SCHEMA).meta({description: 'Says that this is a rule.', examples: [RULE_SCHEMA]}),
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id is kebab-case, such as geo-jump-high-value')
    .meta({description: 'Kebab-case, and like no other.', examples: ['geo-jump-high-value']}),
  version: z
    .int()
    .min(1)
    .meta({
      description:
        'A rule whose meaning changed gets a higher number; a change of title, text, tags or tests needs none.',
      examples: [1],
    }),
  title: z
    .string()
    .min(1)
    .meta({description: 'One line for people.', examples: ['Large purchase around an impossible move']}),
  description: z
    .string()
    .optional()
    .meta({
      description: 'The fraud that it aims at, the numbers to turn, and what turning them costs.',
      examples: ['Stolen cards are tried with small amounts first.'],
    }),
  mode: z
    .enum(['live', 'shadow', 'off'])
    .default('live')
    .meta({
      description:
        'live; shadow: alerts go to every output but webhooks, never into a decision; off: costs nothing.',
      examples: ['shadow'],
    }),
  key: z.enum(['user_id', 'card_id', 'merchant_id', 'device_id', 'ip']).meta({
    description: "Whose events belong together; card_id: that card's events of that user.",
    examples: ['user_id'],
  }),
  severity: z
    .enum(['low', 'medium', 'high', 'critical'])
    .meta({description: 'How urgent its alerts are.', examples: ['high']}),
  action: z.enum(['approve', 'review', 'decline']).meta({
    description: 'What it asks for; approve: an allow rule, which counts in decisions and opens no alert.',
    examples: ['review'],
  }),
  score: z
    .number()
    .min(1)
    .max(100)
    .meta({description: 'How sure it is, 1 to 100; weighs allow rules against declines.', examples: [80]}),
  cooldown: durationSchema.optional().meta({
    description: 'At most one alert per key in this span of event time.',
    examples: ['1h'],
  }),
  tests: z
    .array(ruleTestSchema)
    .default([])
    .meta({
      description: 'What `tripline rules test` runs: at least one that fires and one that just misses.',
      examples: [[EXAMPLE_TEST]],
    }),
  tags: z
    .unknown()
    .optional()
    .meta({description: 'Free: words to find it by.', examples: [['card-testing']]}),
  owner: z
    .unknown()
    .optional()
    .meta({description: 'Free: who answers for it.', examples: ['fraud-team']}),
  references: z
    .unknown()
    .optional()
    .meta({
      description: 'Free: where more is written about it.',
      examples: [['https://example.com/case-17']],
    }),
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

/** The schema of every rule file, whatever its form. */
export const anyRuleFileSchema = z
  .strictObject({
    ...header,
    match: z.union(Object.values(MATCH_FORMS)).meta({
      description: 'When it fires: exactly one of event, window, sequence, together.',
      examples: [{event: {as: 'tx', stream: 'transactions'}, when: 'tx.amount_usd > 5000'}],
    }),
  })
  .meta({
    title: 'Tripline rule',
    description: 'A rule: which events make it fire, and what is to be done then.',
  })

export type EventMatch = z.infer<(typeof MATCH_FORMS)['event']>
export type WindowMatch = z.infer<(typeof MATCH_FORMS)['window']>
export type SequenceMatch = z.infer<(typeof MATCH_FORMS)['sequence']>
export type SequenceStep = SequenceMatch['sequence']['steps'][number]
export type TogetherMatch = z.infer<(typeof MATCH_FORMS)['together']>

export type RuleHeader = Omit<z.infer<ReturnType<typeof ruleFileSchema>>, 'match'>
export type RuleTest = z.infer<typeof ruleTestSchema>

/** A rule file that fits the schema. */
export type RuleFile = RuleHeader & {
  readonly match: EventMatch | WindowMatch | SequenceMatch | TogetherMatch
}
