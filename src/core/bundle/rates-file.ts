import {z} from 'zod'
import type {Rate, Rates} from '../event/rates.js'
import {parseEventTime} from '../event/time.js'

export const RATES_SCHEMA = 'tripline/rates/v1'

const DATE_REMEDY = 'write a date such as 2026-01-01, or a time such as 2026-01-01T12:00:00Z'

const dateSchema = z.string().transform((text, context) => {
  const time = parseEventTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
  if (time !== undefined) return time
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is no date`,
    params: {remedy: DATE_REMEDY},
  })
  return z.NEVER
})

const rateSchema = z
  .strictObject({
    from: dateSchema.meta({
      description: 'The date or time (RFC 3339) from which the rate holds, until the next one.',
      examples: ['2026-01-01'],
    }),
    rate: z
      .number()
      .positive()
      .meta({description: 'US dollars per unit.', examples: [1.08]}),
  })
  .meta({description: 'One rate and since when it holds.', examples: [{from: '2026-01-01', rate: 1.08}]})

function refuseRepeatedTimes(rates: readonly Rate[], context: z.RefinementCtx): void {
  for (const [index, {from}] of rates.entries()) {
    if (rates.findIndex((rate) => rate.from === from) === index) continue
    const params = {remedy: 'remove one of them'}
    const message = 'another rate holds from the same time on'
    context.addIssue({code: 'custom', path: [index, 'from'], message, params})
  }
}

/** US dollars per unit of each currency, from a date on. */
export const ratesFileSchema = z
  .strictObject({
    schema: z
      .literal(RATES_SCHEMA)
      .meta({description: 'Says that these are currency rates.', examples: [RATES_SCHEMA]}),
    usd_per: z
      .record(
        z.string().regex(/^[A-Z]{3}$/, 'a currency is three capital letters (ISO 4217)'),
        z
          .array(rateSchema)
          .min(1, 'name at least one rate')
          .superRefine(refuseRepeatedTimes)
          .meta({
            description: "A currency's rates over time.",
            examples: [[{from: '2026-01-01', rate: 1.08}]],
          }),
      )
      .meta({
        description: 'By currency (ISO 4217): what one unit is worth in US dollars.',
        examples: [{EUR: [{from: '2026-01-01', rate: 1.08}]}],
      }),
  })
  .meta({
    title: 'Tripline currency rates',
    description: 'What currencies are worth in US dollars, judged at event time.',
  })

export function toRates({usd_per}: z.infer<typeof ratesFileSchema>): Rates {
  return new Map(
    Object.entries(usd_per).map(([currency, rates]) => [
      currency,
      [...rates].sort((a, b) => a.from - b.from),
    ]),
  )
}
