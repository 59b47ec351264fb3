import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {z} from 'zod'
import {type FieldRule, fieldRulesOf} from '../../../../src/core/event/field-rule.js'
import {Inspection} from '../../../../src/core/event/inspection.js'
import {type Stream, streamsWith} from '../../../../src/core/event/stream.js'
import {FEEDBACK, LOCATION, MERCHANT, TRANSACTION} from './decoding.js'

const LOGIN = {
  login_id: 'l1',
  user_id: 'u1',
  session_id: 's1',
  seconds: 3,
  event_time: '2026-01-01T00:00:00.000Z',
}
const streams = streamsWith([
  {
    name: 'logins',
    key: 'user_id',
    event_id: 'login_id',
    fields: {
      seconds: {type: 'number', required: true},
      session_id: {type: 'string', required: true},
      trusted: {type: 'boolean', required: false},
      agent: {type: 'string', required: false},
    },
  },
])
const SAMPLES = {
  transactions: TRANSACTION,
  locations: LOCATION,
  merchants: MERCHANT,
  feedback: FEEDBACK,
  logins: LOGIN,
} as const

const values = fc.oneof(
  fc.constantFrom('', 'x', 'purchase', 'approved', 'fraud', 'review', 'USD', 'usd', 'EURO'),
  fc.constantFrom(0, -0, 1, 1.01, -0.01, 90, 90.1, -180, 180.1, 1e300, Number.POSITIVE_INFINITY),
  fc.constantFrom(null, undefined, true, [], {}, ['x'], {a: 1}),
)

/** An event with some fields changed, whether the stream's schema takes them or not. */
function changed(stream: Stream, sample: object): fc.Arbitrary<Record<string, unknown>> {
  const names = [...stream.fieldTypes.keys(), 'something']
  const changes = fc.dictionary(fc.constantFrom(...names), values, {maxKeys: 3})
  return changes.map((fields) => ({...sample, ...fields}))
}

describe.each(Object.entries(SAMPLES))('the quick look at an event of %s', (name, sample) => {
  const stream = streams.get(name) as Stream
  const inspection = new Inspection(stream, new Set())

  it('says what the schema says', () => {
    fc.assert(
      fc.property(changed(stream, sample), (event) => {
        inspection.inspect(event, 0)
        expect(inspection.fits).toBe(stream.schema.safeParse(event).success)
      }),
      {numRuns: 1000},
    )
  })

  it('leaves no field but the time to the schema', () => {
    const unsure = fieldRulesOf(stream.schema).filter(({type}) => type === 'unsure')
    expect(unsure.map(({name}) => name)).toEqual(['event_time'])
  })
})

it.each<[string, z.ZodType]>([
  ['a list', z.array(z.string()).nullish()],
  ['one of two types', z.union([z.string(), z.number()]).nullish()],
  ['a text of a greatest length', z.string().max(3).nullish()],
  ['a number above another', z.number().gt(3).nullish()],
  ['a whole number', z.int().nullish()],
  ['what may be missing and not null', z.string().optional()],
])('nothing is sure to fit a field that asks for %s', (_, field) => {
  const [rule] = fieldRulesOf(z.looseObject({field})) as [FieldRule]
  expect(rule.type).toBe('unsure')
  expect([rule.takesText('abc'), rule.takesNumber(4)]).toEqual([false, false])
})
