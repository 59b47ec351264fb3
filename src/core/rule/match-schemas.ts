import {z} from 'zod'
import {durationSchema} from '../source/duration.js'
import {condition, name, stream, when, within} from './match-fields.js'
import {sequenceMatch} from './sequence-schema.js'

const eventMatch = z.strictObject({
  event: z.strictObject({as: name, stream}).meta({
    description: 'Fires for every event of the stream that satisfies `when`.',
    examples: [{as: 'tx', stream: 'transactions'}],
  }),
  when,
})

const windowMatch = z.strictObject({
  window: z
    .strictObject({
      as: name,
      stream,
      when,
      span: durationSchema.meta({
        description: 'How far back from each event the window reaches; an event exactly so old is out.',
        examples: ['15m'],
      }),
    })
    .meta({
      description:
        'Looks at the events that satisfy `when` in the span before each of them, itself included.',
      examples: [{as: 'tx', stream: 'transactions', when: 'tx.amount_usd < 2', span: '15m'}],
    }),
  having: condition.meta({
    description:
      'The condition (CEL) on the window: count() sum(x) avg(x) min(x) max(x) stddev(x) distinct(x).',
    examples: ['count() >= 4 && distinct(tx.card_id) >= 4'],
  }),
})

const togetherItem = z
  .strictObject({
    as: name,
    stream,
    when,
    after: z
      .string()
      .optional()
      .meta({
        description: 'The name of an item that comes before this one.',
        examples: ['from'],
      }),
  })
  .meta({
    description: 'One event. Its condition may name all others.',
    examples: [{as: 'to', stream: 'locations', after: 'from', when: 'distance_miles(from, to) > 1000'}],
  })

const EXAMPLE_ITEMS = [
  {as: 'purchase', stream: 'transactions', when: 'purchase.amount_usd > 5000'},
  {as: 'fix', stream: 'locations'},
]

const togetherMatch = z.strictObject({
  together: z
    .strictObject({
      within,
      anchor: z
        .string()
        .optional()
        .meta({
          description: 'The name of the item that the alert is about; left out: the first.',
          examples: ['purchase'],
        }),
      of: z
        .array(togetherItem)
        .min(2, 'name at least two events')
        .max(8, 'name at most eight events')
        .meta({
          description: 'Different events, 2 to 8.',
          examples: [EXAMPLE_ITEMS],
        }),
    })
    .meta({
      description: 'Events near each other in time, in any order.',
      examples: [{within: '1h', anchor: 'purchase', of: EXAMPLE_ITEMS}],
    }),
})

/** What `match` can hold, by the field that tells the form. */
export const MATCH_FORMS = {
  event: eventMatch,
  window: windowMatch,
  sequence: sequenceMatch,
  together: togetherMatch,
}
