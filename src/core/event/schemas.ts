import {z} from 'zod'

/*
 * What producers may send, one zod schema per record: the only source of types, validation and JSON Schema.
 * Every optional field may be null, and is then absent. Unknown fields are kept.
 */

const id = z.string().min(1)
const optionalId = z.string().nullish()
const latitude = z.number().min(-90).max(90)
const longitude = z.number().min(-180).max(180)

/** RFC 3339 text or integer epoch milliseconds; `parseEventTime` says which texts are times. */
const eventTime = z.union([z.string(), z.int()])

export const transactionSchema = z.looseObject({
  transaction_id: id,
  user_id: id,
  amount: z.number().min(0),
  event_time: eventTime,
  type: z.enum(['purchase', 'withdrawal', 'transfer', 'payout', 'refund', 'topup']).nullish(),
  counterparty_id: optionalId,
  card_id: optionalId,
  merchant_id: optionalId,
  /** ISO 4217 */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullish(),
  channel: z.string().nullish(),
  mcc: z.string().nullish(),
  country: z.string().nullish(),
  lat: latitude.nullish(),
  lon: longitude.nullish(),
  device_id: optionalId,
  ip: z.string().nullish(),
  auth_result: z.enum(['approved', 'declined']).nullish(),
})

export const locationSchema = z.looseObject({
  user_id: id,
  lat: latitude,
  lon: longitude,
  event_time: eventTime,
  location_id: optionalId,
  accuracy_m: z.number().nullish(),
  source: z.string().nullish(),
})

export const merchantSchema = z.looseObject({
  merchant_id: id,
  /** Valid from. */
  event_time: eventTime,
  name: z.string().nullish(),
  mcc: z.string().nullish(),
  country: z.string().nullish(),
  lat: latitude.nullish(),
  lon: longitude.nullish(),
  risk: z.number().min(0).max(1).nullish(),
  status: z.string().nullish(),
})

export const feedbackSchema = z.looseObject({
  feedback_id: id,
  /** Without it the feedback belongs to no partition; the feedback API fills it in. */
  user_id: optionalId,
  verdict: z.enum(['fraud', 'legitimate', 'inconclusive']),
  event_time: eventTime,
  transaction_id: optionalId,
  alert_id: optionalId,
  reviewer: z.string().nullish(),
  note: z.string().nullish(),
  source: z.enum(['review', 'chargeback', 'customer']).nullish(),
})

/** A field of a stream that the installation declares: its type, and whether an event must have it. */
export const declaredFieldSchema = z.strictObject({
  type: z.enum(['string', 'number', 'boolean']),
  required: z.boolean().default(false),
})

/** A further stream: logins, device changes, payouts. */
export const declaredStreamSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'a stream name is lower case letters, digits and _'),
  key: z.enum(['user_id', 'card_id', 'merchant_id', 'device_id', 'ip']).default('user_id'),
  event_id: z.string().min(1),
  fields: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), declaredFieldSchema),
})

export type DeclaredStream = z.infer<typeof declaredStreamSchema>
