import {z} from 'zod'
import type {Rates} from '../event/rates.js'
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

/** US dollars per unit of each currency, from a date on. */
export const ratesFileSchema = z.strictObject({
  schema: z.literal(RATES_SCHEMA),
  usd_per: z.record(
    z.string().regex(/^[A-Z]{3}$/, 'a currency is three capital letters (ISO 4217)'),
    z.array(z.strictObject({from: dateSchema, rate: z.number().positive()})).min(1),
  ),
})

export function toRates({usd_per}: z.infer<typeof ratesFileSchema>): Rates {
  return new Map(
    Object.entries(usd_per).map(([currency, rates]) => [
      currency,
      [...rates].sort((a, b) => a.from - b.from),
    ]),
  )
}
