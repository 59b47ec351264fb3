import {z} from 'zod'
import {condition, name as identifier, stream as streamName} from '../rule/match-fields.js'
import {DURATION_REMEDY, durationSchema, parseDuration} from '../source/duration.js'

/*
 * Feature views as a schema: `schema: tripline/feature-view/v1`. Unknown fields are errors.
 */

export const FEATURE_VIEW_SCHEMA = 'tripline/feature-view/v1'

/** What can be made of the members of a window. */
export const AGGREGATE_FUNCTIONS = [
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'stddev',
  'distinct',
  'last',
  'first',
  'median',
  'novel',
] as const

/** A window as it is written, which its features are named after, and as milliseconds. */
const windowSchema = z
  .string(DURATION_REMEDY)
  .transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined && ms > 0) return {text, ms}
    const params = {remedy: DURATION_REMEDY}
    context.addIssue({code: 'custom', message: `${JSON.stringify(text)} is no length of a window`, params})
    return z.NEVER
  })
  .meta({description: 'How far back the window reaches.', examples: ['24h']})

export const aggregateSchema = z
  .strictObject({
    name: identifier.meta({description: 'The features are called <name>_<window>.', examples: ['amount']}),
    fn: z.enum(AGGREGATE_FUNCTIONS).meta({
      description:
        "What is made of the window's members; novel: 1 if the event's value has not been seen in the window before it, else 0.",
      examples: ['sum'],
    }),
    of: z
      .string({error: 'expected an expression as text; put it in quotes'})
      .optional()
      .meta({
        description: 'The value (CEL) of each member. A member without it is left out. count needs none.',
        examples: ['tx.amount_usd'],
      }),
  })
  .meta({description: 'One aggregate over each window.', examples: [{name: 'count', fn: 'count'}]})

const header = {
  schema: z
    .literal(FEATURE_VIEW_SCHEMA)
    .meta({description: 'Says that this is a feature view.', examples: [FEATURE_VIEW_SCHEMA]}),
  name: identifier.meta({
    description: 'Conditions read its features as features.<name>.<feature>.',
    examples: ['card_velocity'],
  }),
  description: z
    .string()
    .optional()
    .meta({description: 'For people.', examples: ['How often a card is used']}),
  entity: z.enum(['user_id', 'card_id', 'merchant_id', 'device_id', 'ip']).meta({
    description: 'Whose events belong together.',
    examples: ['card_id'],
  }),
  as: identifier.default('tx').meta({description: 'What expressions call the event.', examples: ['tx']}),
}

/** Aggregates over windows of an entity's events. */
export const windowViewSchema = z
  .strictObject({
    ...header,
    kind: z
      .literal('window')
      .default('window')
      .meta({description: 'Aggregates over windows; the default.', examples: ['window']}),
    stream: streamName.default('transactions'),
    when: condition.optional().meta({
      description: 'Which events count (CEL, about the event alone). Left out: every event does.',
      examples: ['tx.auth_result != "declined"'],
    }),
    include_current: z
      .boolean()
      .default(true)
      .meta({description: 'Whether the transaction itself counts.', examples: [true]}),
    delay: durationSchema.default(0).meta({
      description: 'Shifts the windows back: (t − delay − window, t − delay].',
      examples: ['7d'],
    }),
    exact: z
      .boolean()
      .default(false)
      .meta({
        description: 'Keeps every event that its windows reach, also beyond 24 hours.',
        examples: [false],
      }),
    horizon: durationSchema.optional().meta({
      description:
        'Of feedback: how old the transaction that it is about may be to be looked up. Default: 24 hours.',
      examples: ['7d'],
    }),
    windows: z
      .array(windowSchema)
      .min(1, 'name at least one window')
      .optional()
      .meta({
        description: 'The windows. May be left out where all aggregates are novel: 90 days.',
        examples: [['10m', '24h', '30d']],
      }),
    aggregates: z
      .array(aggregateSchema)
      .min(1, 'name at least one aggregate')
      .meta({
        description: 'Each gives one feature per window.',
        examples: [[{name: 'amount', fn: 'sum', of: 'tx.amount_usd'}]],
      }),
  })
  .meta({
    title: 'Tripline feature view: windows',
    description: 'Aggregates over windows of what came before.',
  })

export const rowSchema = z
  .strictObject({
    name: identifier.meta({description: 'Of the feature.', examples: ['hour_sin']}),
    expr: z.string({error: 'expected an expression as text; put it in quotes'}).meta({
      description: "Its value (CEL): a number or a yes or no, of the transaction and its entity's features.",
      examples: ['double(tx.event_time.getHours())'],
    }),
  })
  .meta({description: 'One feature.', examples: [{name: 'night', expr: 'tx.event_time.getHours() < 6'}]})

/** Features that are worked out from the transaction and from the features of its entity. */
export const rowViewSchema = z
  .strictObject({
    ...header,
    kind: z.literal('row').meta({description: 'Expressions over one transaction.', examples: ['row']}),
    rows: z
      .array(rowSchema)
      .min(1, 'name at least one feature')
      .meta({
        description: 'The features.',
        examples: [[{name: 'night', expr: 'tx.event_time.getHours() < 6'}]],
      }),
  })
  .meta({
    title: 'Tripline feature view: rows',
    description: 'Expressions over the transaction and its entity.',
  })

/** The schema of every feature view, whatever its kind. */
export const anyFeatureViewSchema = z.union([windowViewSchema, rowViewSchema]).meta({
  title: 'Tripline feature view',
  description: 'What is worked out for each transaction, for the model, for rules and for people.',
})

export type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number]
export type WindowViewFile = z.infer<typeof windowViewSchema>
export type RowViewFile = z.infer<typeof rowViewSchema>
export type FeatureViewFile = WindowViewFile | RowViewFile
