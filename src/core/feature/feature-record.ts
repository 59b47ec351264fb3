import type {Decision} from '../decision/policy.js'
import type {StoredEvent} from '../event/stored-event.js'
import {ENTITIES} from './entity-builder.js'
import type {FeatureRows} from './feature-rows.js'

/** The features of one transaction as they were served, as the feature log holds them. */
export interface FeatureRecord {
  readonly transaction_id: string
  readonly user_id: string
  /** Event time of the transaction, ms. */
  readonly time: number
  /** Hash of the schema that names the values. */
  readonly schema: string
  /** The values and behind them the ages, as little-endian doubles, in base64. */
  readonly packed: string
  /** Its amount; absent where its currency has no rate, and in records of former versions. */
  readonly amount_usd?: number | undefined
  /** What was decided then; absent in records of former versions. */
  readonly served?: ServedDecision | undefined
}

/** The first decision on a transaction, as training has to know it. */
export interface ServedDecision {
  /** Wall time, ms. */
  readonly decided_at: number
  readonly decision: Decision
  /** Of the model that decided, and its version; null where none scored. */
  readonly score: number | null
  readonly model: number | null
  /** With which probability the transaction was treated as it was: less than 1 in the control sample only. */
  readonly propensity: number
  /** What the version in shadow said; null where none did. */
  readonly challenger: {readonly version: number; readonly score: number} | null
}

/** The same, unpacked. */
export interface ServedFeatures {
  readonly schema: string
  /** In the order of the schema's names; NaN: missing. */
  readonly values: Float64Array
  /** By `ENTITIES`: how long (ms) before the transaction the newest event was that the features had seen; NaN: none. */
  readonly ages: Float64Array
}

export function packRecords(
  rows: FeatureRows,
  served?: ReadonlyMap<StoredEvent, ServedDecision>,
): readonly FeatureRecord[] {
  const {transactions, users, values, ages, schema} = rows
  const width = schema.names.length
  return transactions.map((transaction, i) => {
    const doubles = new Float64Array(width + ENTITIES.length)
    doubles.set(values.subarray(i * width, (i + 1) * width))
    doubles.set(ages.subarray(i * ENTITIES.length, (i + 1) * ENTITIES.length), width)
    return {
      transaction_id: transaction.id,
      user_id: users[i] as string,
      time: transaction.time,
      schema: schema.hash,
      packed: Buffer.from(doubles.buffer).toString('base64'),
      ...withAmount(transaction),
      ...withDecision(served?.get(transaction)),
    }
  })
}

function withAmount({fields}: StoredEvent): Pick<FeatureRecord, 'amount_usd'> {
  return typeof fields.amount_usd === 'number' ? {amount_usd: fields.amount_usd} : {}
}

function withDecision(served: ServedDecision | undefined): Pick<FeatureRecord, 'served'> {
  return served === undefined ? {} : {served}
}

export function unpackRecord({schema, packed}: Pick<FeatureRecord, 'schema' | 'packed'>): ServedFeatures {
  // A buffer may begin anywhere; doubles begin at a multiple of eight.
  const doubles = new Float64Array(Uint8Array.from(Buffer.from(packed, 'base64')).buffer)
  const width = doubles.length - ENTITIES.length
  return {schema, values: doubles.slice(0, width), ages: doubles.slice(width)}
}
