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
  /** The values and behind them the ages, as little-endian doubles, in base64: those that are there. */
  readonly packed: string
  /**
   * Which are there: bit i & 7 of byte i >> 3, in base64. The last bit that is set marks the end. Absent in records of former
   * versions, which hold all, NaN for those that are missing.
   */
  readonly present?: string | undefined
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
  const all = new Float64Array(width + ENTITIES.length)
  return transactions.map((transaction, i) => {
    for (let at = 0; at < width; at++) all[at] = values[i * width + at] as number
    for (let at = 0; at < ENTITIES.length; at++) all[width + at] = ages[i * ENTITIES.length + at] as number
    return {
      transaction_id: transaction.id,
      user_id: users[i] as string,
      time: transaction.time,
      schema: schema.hash,
      ...packed(all),
      ...withAmount(transaction),
      ...withDecision(served?.get(transaction)),
    }
  })
}

/** Most features are missing at any time. */
function packed(all: Float64Array): Required<Pick<FeatureRecord, 'packed' | 'present'>> {
  const present = Buffer.alloc((all.length >>> 3) + 1)
  const there = Buffer.alloc(all.length * 8)
  let end = 0
  mark(present, all.length)
  for (let i = 0; i < all.length; i++) {
    const value = all[i] as number
    if (Number.isNaN(value)) continue
    mark(present, i)
    end = there.writeDoubleLE(value, end)
  }
  return {packed: there.toString('base64', 0, end), present: present.toString('base64')}
}

function mark(bits: Buffer, i: number): void {
  ;(bits[i >>> 3] as number) |= 1 << (i & 7)
}

function isMarked(bits: Buffer, i: number): boolean {
  return (((bits[i >>> 3] as number) >>> (i & 7)) & 1) === 1
}

function withAmount({fields}: StoredEvent): Pick<FeatureRecord, 'amount_usd'> {
  return typeof fields.amount_usd === 'number' ? {amount_usd: fields.amount_usd} : {}
}

function withDecision(served: ServedDecision | undefined): Pick<FeatureRecord, 'served'> {
  return served === undefined ? {} : {served}
}

export function unpackRecord({
  schema,
  packed,
  present,
}: Pick<FeatureRecord, 'schema' | 'packed' | 'present'>): ServedFeatures {
  const there = Buffer.from(packed, 'base64')
  const doubles: number[] = []
  for (let at = 0; at < there.length; at += 8) doubles.push(there.readDoubleLE(at))
  const all = present === undefined ? doubles : spread(doubles, present)
  const width = all.length - ENTITIES.length
  return {schema, values: Float64Array.from(all.slice(0, width)), ages: Float64Array.from(all.slice(width))}
}

/** The values at their places, NaN in between. */
function spread(there: readonly number[], present: string): readonly number[] {
  const bits = Buffer.from(present, 'base64')
  let count = bits.length * 8 - 1
  while (count > 0 && !isMarked(bits, count)) count--
  let next = 0
  return Array.from({length: count}, (_, i) => (isMarked(bits, i) ? (there[next++] as number) : Number.NaN))
}
