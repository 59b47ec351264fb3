import {z} from 'zod'
import {groupSizeSchema} from './group-size.js'
import {name, stream, when, within} from './match-fields.js'

/** Either `as`, for an event that is bound, or `absent`, for one that must not be there. */
const sequenceStep = z
  .strictObject({
    as: name.optional(),
    absent: name.optional().meta({
      description: 'The name of an event that must not come here, instead of `as`.',
      examples: ['confirm'],
    }),
    stream,
    when,
    times: groupSizeSchema.optional().meta({
      description: 'The step binds a group of so many events: 3, 2..4 or 3.. (three or more).',
      examples: ['3..', '2..4', 3],
    }),
    next: z
      .boolean()
      .optional()
      .meta({
        description: "No other event of the rule's streams lies between the step before and this one.",
        examples: [true],
      }),
  })
  .meta({
    description: 'One event, a group of events (`times`), or an event that must not come (`absent`).',
    examples: [{as: 'big', stream: 'transactions', when: 'big.amount_usd > 500'}],
  })

const EXAMPLE_STEPS = [
  {as: 'probe', stream: 'transactions', when: 'probe.amount_usd < 2', times: '3..'},
  {as: 'big', stream: 'transactions', when: 'big.amount_usd > 500'},
]

export const sequenceMatch = z.strictObject({
  sequence: z
    .strictObject({
      within,
      steps: z
        .array(sequenceStep)
        .min(1, 'name at least one event')
        .max(16, 'name at most sixteen events')
        .meta({
          description: 'The events in their order. A condition may name events of earlier steps.',
          examples: [EXAMPLE_STEPS],
        }),
      until: z
        .strictObject({as: name, stream, when})
        .optional()
        .meta({
          description: 'An event that must not lie between the first bound event and the last.',
          examples: [{as: 'out', stream: 'transactions', when: 'out.type == "refund"'}],
        }),
    })
    .meta({
      description: 'One event after the other. The anchor, which the alert is about, is the last one.',
      examples: [{within: '1h', steps: EXAMPLE_STEPS}],
    }),
})
