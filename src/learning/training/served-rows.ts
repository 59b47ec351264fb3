import type {Decision} from '../../core/decision/policy.js'
import {type FeatureRecord, unpackRecord} from '../../core/feature/feature-record.js'
import {ByteReader, frame, ROW_FRAME, SCHEMA_FRAME} from './served-frames.js'

/*
 * Features as they were served, packed: what an export keeps in `features.bin`, and what a training run reads. The file is
 * `TLSERVED`, then frames: a schema, the rows that it names the values of, perhaps another schema, its rows, and so on. A frame
 * is its length and its kind, then its content (`served-frames.ts`). Numbers are little-endian, a missing one is NaN.
 */

const MAGIC = Buffer.from('TLSERVED')

/** What names the values of the rows that follow it. `names` is empty where the views are not known any more. */
export interface ServedSchema {
  readonly hash: string
  readonly names: readonly string[]
}

/** One transaction as it was when its first decision was given. */
export interface ServedRow {
  readonly transactionId: string
  readonly userId: string
  /** Event time, ms. */
  readonly time: number
  /** When the decision was given, wall time in ms; undefined where the log does not say. */
  readonly decidedAt: number | undefined
  /** The first decision; undefined where the log does not say. */
  readonly decision: Decision | undefined
  /** Of the model that decided; undefined where none scored. */
  readonly score: number | undefined
  /** Version of that model. */
  readonly model: number | undefined
  /** With which probability it was treated as it was: less than 1 in the control sample only. */
  readonly propensity: number
  /** What the version in shadow said; undefined where none did. */
  readonly challenger: {readonly version: number; readonly score: number} | undefined
  /** In the order of the schema's names; NaN: missing. */
  readonly values: Float64Array
  /** By `ENTITIES`: how long (ms) before the transaction the newest event was that its features knew; NaN: none. */
  readonly ages: Float64Array
}

/** A row with what names its values. */
export interface ServedEntry {
  readonly schema: ServedSchema
  readonly row: ServedRow
}

/** Bytes that are not such a file, or only part of one: says which file, where and why. */
export class ServedRowsError extends Error {
  constructor(source: string, problem: string) {
    super(`${source}: ${problem}; export or snapshot it again`)
    this.name = 'ServedRowsError'
  }
}

/** A record of the feature log as a row. */
export function servedRowOf(record: FeatureRecord): ServedRow {
  const {values, ages} = unpackRecord(record)
  const {transaction_id: transactionId, user_id: userId, time, served} = record
  return {
    ...{transactionId, userId, time, values, ages},
    decidedAt: served?.decided_at,
    decision: served?.decision,
    score: served?.score ?? undefined,
    model: served?.model ?? undefined,
    propensity: served?.propensity ?? 1,
    challenger: served?.challenger ?? undefined,
  }
}

/** The bytes of a file, piece by piece. A schema is written where it differs from the one before. */
export async function* encodeServedRows(
  entries: AsyncIterable<ServedEntry> | Iterable<ServedEntry>,
): AsyncGenerator<Buffer> {
  yield MAGIC
  let written: string | undefined
  for await (const {schema, row} of entries) {
    if (schema.hash !== written) yield frame(SCHEMA_FRAME, Buffer.from(JSON.stringify(schema)))
    written = schema.hash
    yield frame(ROW_FRAME, encodeRow(row))
  }
}

/** The rows of a file, in their order. Throws ServedRowsError where it is cut short or something else; `source` names it. */
export async function* decodeServedRows(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<ServedEntry> {
  const reader = new ByteReader(chunks, (problem) => new ServedRowsError(source, problem))
  if (!(await reader.take(MAGIC.length)).equals(MAGIC))
    throw new ServedRowsError(source, 'these are no features as they were served')
  let schema: ServedSchema | undefined
  for (;;) {
    const next = await reader.frame()
    if (next === undefined) return
    if (next.kind === SCHEMA_FRAME) schema = JSON.parse(next.content.toString('utf8')) as ServedSchema
    else if (next.kind !== ROW_FRAME || schema === undefined)
      throw new ServedRowsError(source, `it does not go on as such a file does at byte ${reader.position}`)
    else yield {schema, row: decodeRow(next.content)}
  }
}

const DECISIONS: readonly Decision[] = ['approve', 'review', 'decline']

/** Lengths of both ids and of the values, both ids, seven numbers, the decision, values, ages. */
function encodeRow(row: ServedRow): Buffer {
  const [transaction, user] = [Buffer.from(row.transactionId), Buffer.from(row.userId)]
  const lengths = Uint32Array.of(transaction.length, user.length, row.values.length)
  const facts = Float64Array.of(
    row.time,
    row.decidedAt ?? Number.NaN,
    row.decision === undefined ? Number.NaN : DECISIONS.indexOf(row.decision),
    row.score ?? Number.NaN,
    row.model ?? Number.NaN,
    row.propensity,
    row.challenger?.version ?? Number.NaN,
    row.challenger?.score ?? Number.NaN,
  )
  return Buffer.concat([
    bytesOf(lengths),
    transaction,
    user,
    bytesOf(facts),
    bytesOf(row.values),
    bytesOf(row.ages),
  ])
}

function decodeRow(content: Buffer): ServedRow {
  const [transactionLength, userLength, width] = [0, 4, 8].map((at) => content.readUInt32LE(at)) as [
    number,
    number,
    number,
  ]
  const userFrom = 12 + transactionLength
  const factsFrom = userFrom + userLength
  const numbers = doublesOf(content.subarray(factsFrom))
  const [time, decidedAt, decision, score, model, propensity, version, shadow] = numbers
  const given = (value: number | undefined) => (Number.isNaN(value) ? undefined : value)
  return {
    transactionId: content.toString('utf8', 12, userFrom),
    userId: content.toString('utf8', userFrom, factsFrom),
    time: time as number,
    decidedAt: given(decidedAt),
    decision: DECISIONS[decision as number],
    score: given(score),
    model: given(model),
    propensity: propensity as number,
    challenger: Number.isNaN(version) ? undefined : {version: version as number, score: shadow as number},
    values: numbers.slice(8, 8 + width),
    ages: numbers.slice(8 + width),
  }
}

function bytesOf({buffer, byteOffset, byteLength}: Uint32Array | Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** A buffer may begin anywhere; doubles begin at a multiple of eight. */
function doublesOf(bytes: Buffer): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer)
}
