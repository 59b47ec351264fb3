import {hash} from 'node:crypto'
import {z} from 'zod'
import {
  type DeclaredStream,
  feedbackSchema,
  locationSchema,
  merchantSchema,
  transactionSchema,
} from './schemas.js'
import type {EventTime} from './time.js'

/** An event as its producer sent it, after it passed its stream's schema. */
export type WireEvent = {readonly [field: string]: unknown}

/** How a field is typed in conditions; a field that the schema does not name is dynamic. */
export type FieldType = 'double' | 'string' | 'bool'

/** The field by which a stream is partitioned and its histories are kept. */
export type KeyField = 'user_id' | 'card_id' | 'merchant_id' | 'device_id' | 'ip'

/** What Tripline knows of one stream. */
export interface Stream {
  readonly name: string
  readonly keyField: KeyField
  /** Place in the total order among events of one key and time: merchants < locations < transactions < declared < feedback. From 0 without gaps. */
  readonly rank: number
  readonly schema: z.ZodType
  readonly fieldTypes: ReadonlyMap<string, FieldType>
  /** Optional ids: the empty string says absent. */
  readonly optionalIds: readonly string[]
  /** Values of fields that are filled in where they are missing or null. */
  readonly defaults: readonly (readonly [field: string, value: string])[]
  /** Overwritten by a derived field, so that what was supplied is not part of the content. */
  readonly derivedField: string | undefined
  /** Whether the watermark waits for this stream. */
  readonly holdsWatermark: boolean
  /** Tables and labels: accepted however old they are, and their ids are remembered for ever. */
  readonly neverLate: boolean
  idOf(event: WireEvent, time: EventTime): string
}

export const TRANSACTIONS = 'transactions'
export const LOCATIONS = 'locations'
export const MERCHANTS = 'merchants'
export const FEEDBACK = 'feedback'

/** Ranks of the streams that are joined and decided on. */
export const LOCATION_RANK = 1
export const TRANSACTION_RANK = 2

const merchants: Stream = {
  name: MERCHANTS,
  keyField: 'merchant_id',
  rank: 0,
  schema: merchantSchema,
  fieldTypes: fieldTypesOf(merchantSchema),
  optionalIds: [],
  defaults: [],
  derivedField: undefined,
  holdsWatermark: false,
  neverLate: true,
  idOf: (event, time) => `${event.merchant_id}@${time}`,
}

const locations: Stream = {
  name: LOCATIONS,
  keyField: 'user_id',
  rank: LOCATION_RANK,
  schema: locationSchema,
  fieldTypes: fieldTypesOf(locationSchema),
  optionalIds: ['location_id'],
  defaults: [],
  derivedField: undefined,
  holdsWatermark: true,
  neverLate: false,
  idOf: (event, time) => (event.location_id as string | null | undefined) || derivedLocationId(event, time),
}

const transactions: Stream = {
  name: TRANSACTIONS,
  keyField: 'user_id',
  rank: TRANSACTION_RANK,
  schema: transactionSchema,
  fieldTypes: new Map([...fieldTypesOf(transactionSchema), ['amount_usd', 'double']]),
  optionalIds: ['counterparty_id', 'card_id', 'merchant_id', 'device_id'],
  defaults: [
    ['type', 'purchase'],
    ['currency', 'USD'],
  ],
  derivedField: 'amount_usd',
  holdsWatermark: true,
  neverLate: false,
  idOf: (event) => event.transaction_id as string,
}

const feedback: Stream = {
  name: FEEDBACK,
  keyField: 'user_id',
  rank: TRANSACTION_RANK + 1,
  schema: feedbackSchema,
  fieldTypes: fieldTypesOf(feedbackSchema),
  optionalIds: ['user_id', 'transaction_id', 'alert_id'],
  defaults: [],
  derivedField: undefined,
  holdsWatermark: false,
  neverLate: true,
  idOf: (event) => event.feedback_id as string,
}

const BUILT_IN: readonly Stream[] = [merchants, locations, transactions]

/** The streams of an installation, by name: the built-in ones and those it declares. */
export function streamsWith(declared: readonly DeclaredStream[]): ReadonlyMap<string, Stream> {
  const streams = new Map(BUILT_IN.map((stream) => [stream.name, stream]))
  const byName = [...declared].sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const [index, declaration] of byName.entries()) {
    if (streams.has(declaration.name) || declaration.name === FEEDBACK) {
      throw new Error(`streams: ${declaration.name} is declared twice or built in; give it another name`)
    }
    streams.set(declaration.name, declaredStream(declaration, TRANSACTION_RANK + 1 + index))
  }
  streams.set(FEEDBACK, {...feedback, rank: TRANSACTION_RANK + 1 + byName.length})
  return streams
}

function declaredStream(declaration: DeclaredStream, rank: number): Stream {
  const {name, key, event_id, fields} = declaration
  const shape: Record<string, z.ZodType> = {}
  const optionalIds: string[] = []
  for (const [field, {type, required}] of Object.entries(fields)) {
    const isId = field.endsWith('_id')
    const ofType =
      type === 'number'
        ? z.number()
        : type === 'boolean'
          ? z.boolean()
          : isId && required
            ? z.string().min(1)
            : z.string()
    shape[field] = required ? ofType : ofType.nullish()
    if (isId && !required) optionalIds.push(field)
  }
  shape.event_time = z.union([z.string(), z.int()])
  shape[key] = z.string().min(1)
  shape[event_id] = z.string().min(1)
  const schema = z.looseObject(shape)
  return {
    name,
    keyField: key,
    rank,
    schema,
    fieldTypes: fieldTypesOf(schema),
    optionalIds: optionalIds.filter((field) => field !== key && field !== event_id),
    defaults: [],
    derivedField: undefined,
    holdsWatermark: false,
    neverLate: false,
    idOf: (event) => event[event_id] as string,
  }
}

/** The first 32 hex digits of SHA-256 over the JSON array [user, ms, lat, lon]. */
function derivedLocationId(event: WireEvent, time: EventTime): string {
  return hash('sha256', JSON.stringify([event.user_id, time, event.lat, event.lon]), 'hex').slice(0, 32)
}

function fieldTypesOf(schema: z.ZodObject): ReadonlyMap<string, FieldType> {
  const types = new Map<string, FieldType>()
  for (const [name, field] of Object.entries(schema.shape)) {
    if (name !== 'event_time') types.set(name, fieldType(field as z.ZodType))
  }
  return types
}

function fieldType(field: z.ZodType): FieldType {
  if (field instanceof z.ZodOptional || field instanceof z.ZodNullable)
    return fieldType(field.unwrap() as z.ZodType)
  if (field instanceof z.ZodNumber) return 'double'
  return field instanceof z.ZodBoolean ? 'bool' : 'string'
}
