import {createHash} from 'node:crypto'
import type {ModelArtifact, ModelManifest} from '../../../src/core/model/model-manifest.js'
import {packNetworks} from '../../../src/core/model/network.js'
import {initialNetwork} from '../../../src/learning/training/initial-network.js'

export const FEATURE_NAMES = ['card.count_1h', 'card.amount_1h', 'place.kmh']

/** A model of three features and two networks, with weights as they are before training. */
export function smallModel(changes: Partial<ModelManifest> = {}): ModelArtifact {
  const networks = [initialNetwork([3, 8, 4, 1], 1), initialNetwork([3, 8, 4, 1], 2)]
  const weights = packNetworks(networks)
  return {
    manifest: {
      schema: 'tripline/model/v1',
      id: 'small',
      version: 1,
      created_at: '2026-01-01T00:00:00.000Z',
      features: {hash: 'f'.repeat(32), names: FEATURE_NAMES},
      scaling: {center: [2, 100, 50], spread: [1, 80, 40]},
      networks: [
        [3, 8, 4, 1],
        [3, 8, 4, 1],
      ],
      weights: {
        bytes: 4 * weights.length,
        sha256: createHash('sha256').update(new Uint8Array(weights.buffer)).digest('hex'),
      },
      calibration: {slope: 1.5, intercept: -0.5},
      threshold: {score: 0.5, chosen_by: 'at most 10 alerts per day'},
      baseline: [1, 40, 10],
      training: {
        window: {from: '2025-12-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z'},
        label_maturity_ms: 0,
        rows: 1000,
        frauds: 10,
        seed: 1,
        settings: {},
      },
      metrics: {auc_roc: 0.9, average_precision: 0.6, calibration_error: 0.01},
      compared: null,
      ...changes,
    },
    weights,
  }
}

/** Rows that the small model can score: usual, unusual, and with values that are missing. */
export function smallRows(count: number): Float32Array {
  const rows = new Float32Array(3 * count)
  for (let row = 0; row < count; row++) {
    rows[3 * row] = row % 7
    rows[3 * row + 1] = row % 5 === 0 ? Number.NaN : 13.7 * row
    rows[3 * row + 2] = (row * 37) % 900
  }
  return rows
}

/** What the small model's definition says a row scores: each step written out, in doubles. */
export function scoreByHand({manifest, weights}: ModelArtifact, row: readonly number[]): number {
  const {scaling, calibration, networks} = manifest
  const scaled = row.map((value, at) =>
    Number.isNaN(value) ? 0 : (value - (scaling.center[at] as number)) / (scaling.spread[at] as number),
  )
  let at = 0
  let sum = 0
  for (const widths of networks) {
    let values: number[] = scaled
    for (let layer = 1; layer < widths.length; layer++) {
      const outputs = widths[layer] as number
      const next = Array.from({length: outputs}, (_, output) =>
        values.reduce(
          (total, value, input) => total + value * (weights[at + input * outputs + output] as number),
          0,
        ),
      )
      at += values.length * outputs
      const isLast = layer === widths.length - 1
      values = next.map((value, output) => {
        const biased = value + (weights[at + output] as number)
        return isLast ? biased : Math.max(0, biased)
      })
      at += outputs
    }
    sum += values[0] as number
  }
  return 1 / (1 + Math.exp(-(calibration.slope * (sum / networks.length) + calibration.intercept)))
}
