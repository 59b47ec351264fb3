import {z} from 'zod'
import {DURATION_REMEDY, parseDuration} from '../source/duration.js'

export const EXAMPLE_TEST = {
  name: 'above',
  events: [{at: '0m', transactions: {transaction_id: 't1', amount: 6000}}],
  expect: ['t1'],
}

const fields = z.record(z.string(), z.unknown())

const fieldsOf = (stream: string, example: object) =>
  fields.optional().meta({
    description: `An event on ${stream}. Required fields that are left out get a default.`,
    examples: [example],
  })

const testEvent = z
  .object({
    at: z
      .string()
      .refine((text) => parseDuration(text) !== undefined, {
        error: 'this is no time after the beginning of the test',
        params: {remedy: DURATION_REMEDY},
      })
      .meta({description: 'When it happens: so long after 2026-01-01T00:00:00Z.', examples: ['0m', '10m']}),
    transactions: fieldsOf('transactions', {transaction_id: 't1', amount: 6000}),
    locations: fieldsOf('locations', {lat: 51.5, lon: -0.12}),
    merchants: fieldsOf('merchants', {merchant_id: 'm1', risk: 0.9}),
  })
  .catchall(fields)
  .meta({
    description: 'One event: when it happens, and its fields under the name of its stream.',
    examples: EXAMPLE_TEST.events,
  })

/** A test inside a rule: events in the order they arrive, and the anchors that are alerted. */
export const ruleTestSchema = z
  .strictObject({
    name: z.string().meta({
      description: 'What the test shows, in a few words.',
      examples: ['New York, then London half an hour later'],
    }),
    events: z.array(testEvent).meta({
      description: 'The events, in the order they arrive; the test is run in shuffled orders, too.',
      examples: [EXAMPLE_TEST.events],
    }),
    expect: z.array(z.string()).meta({
      description: 'The ids of the anchors that are alerted, in the order of their times; [] for none.',
      examples: [['t1']],
    }),
  })
  .meta({
    description: 'One test: events and the alerts that they should give.',
    examples: [EXAMPLE_TEST],
  })
