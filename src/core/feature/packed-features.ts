import type {KeyField} from '../event/stream.js'
import type {FeatureSet} from './feature-set.js'
import {packRows, unpackRows} from './fold-log.js'
import {KeyFeatures} from './key-features.js'

/** Folded rows as text: of which entity, of which of its logs, and the numbers (base64). */
type PackedLog = readonly [entity: KeyField, id: string, log: number, rows: string]

interface Packed {
  /** Of the feature schema whose logs they are. */
  readonly schema: string
  readonly logs: readonly PackedLog[]
}

/**
 * What a key's events before a time left behind, where windows reach further back than events are kept. Null if there is
 * nothing. With the events from that time on it gives the same features again.
 */
export function packFeatures(features: KeyFeatures, before: number): string | null {
  const logs: PackedLog[] = []
  for (const [{entity}, id, ofEntity] of features.entries()) {
    for (const [i, log] of ofEntity.entries()) {
      const rows = log.plan.staysInHistory ? NOTHING : packRows(log, before)
      if (rows.length > 0) logs.push([entity, id, i, Buffer.from(rows.buffer).toString('base64')])
    }
  }
  return logs.length === 0 ? null : JSON.stringify({schema: features.set.schema.hash, logs} satisfies Packed)
}

/** The features of a key before its events are entered. What was packed under another schema is left aside. */
export function unpackFeatures(
  packed: string | undefined,
  set: FeatureSet,
  keyField: KeyField,
  key: string,
): KeyFeatures {
  const features = new KeyFeatures(set, keyField, key)
  if (packed === undefined) return features
  features.isPacked = true
  const {schema, logs} = JSON.parse(packed) as Packed
  if (schema !== set.schema.hash) return features
  for (const [entity, id, at, rows] of logs) {
    const plan = set.plans.find((known) => known.entity === entity)
    const log = plan && features.logsOf(plan, id)[at]
    if (log !== undefined) unpackRows(log, doublesOf(rows))
  }
  return features
}

const NOTHING = new Float64Array(0)

function doublesOf(base64: string): Float64Array {
  const bytes = Buffer.from(base64, 'base64')
  // A buffer may begin anywhere; doubles begin at a multiple of eight.
  return new Float64Array(Uint8Array.from(bytes).buffer)
}
