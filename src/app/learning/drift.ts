import {type DriftState, driftState} from '../../core/model/drift.js'
import {DriftTally} from '../../core/model/drift-tally.js'
import type {ModelManifest} from '../../core/model/model-manifest.js'
import {ModelRefusedError} from '../../core/model/model-refusal.js'
import type {ServedEntry} from '../../learning/training/served-rows.js'

/** What `models drift --json` prints. */
export interface DriftReport {
  readonly version: number
  /** Transactions that were held against it. */
  readonly rows: number
  /** Transactions that were served other features than it knows. */
  readonly other_features: number
  /** Scores that it gave itself. */
  readonly scores: number
  readonly score: Drift | null
  /** The furthest first. */
  readonly features: readonly (Drift & {readonly feature: string})[]
}

export interface Drift {
  readonly psi: number
  readonly state: DriftState
}

/**
 * How far features as they were served, and the scores of a version, lie from those of its training. Throws ModelRefusedError where the
 * version does not say how they lay.
 */
export async function measureDrift(
  {version, features, distribution}: ModelManifest,
  served: AsyncIterable<ServedEntry>,
): Promise<DriftReport> {
  if (distribution === undefined)
    throw new ModelRefusedError(
      'model_mismatched',
      `version ${version} does not say how features lay in its training, for it was trained before drift was measured; train a new one`,
    )
  const tally = new DriftTally(features.names, distribution)
  let others = 0
  for await (const {schema, row} of served) {
    if (schema.hash !== features.hash) {
      others++
      continue
    }
    tally.addRow(row.values)
    if (row.model === version && row.score !== undefined) tally.addScore(row.score)
  }
  const reading = tally.reading()
  const measured = reading.features.map(({name, psi}) => ({feature: name, ...toDrift(psi)}))
  return {
    version,
    rows: reading.rows,
    other_features: others,
    scores: reading.scores,
    score: reading.score === undefined ? null : toDrift(reading.score),
    features: reading.rows === 0 ? [] : measured.sort((a, b) => b.psi - a.psi),
  }
}

function toDrift(psi: number): Drift {
  return {psi, state: driftState(psi)}
}
