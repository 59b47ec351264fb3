import {z} from 'zod'
import {modelDistributionSchema} from './distribution.js'

export const MODEL_SCHEMA = 'tripline/model/v1'

const finite = z.number()
const count = z.int().min(0)
const probability = z.number().min(0).max(1)
const time = z.string()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What was measured on rows that the model was not trained on. */
export const modelMetricsSchema = z.strictObject({
  auc_roc: probability,
  average_precision: probability,
  calibration_error: probability,
})

/** How another version did; older ones do not say on how many rows. */
export const comparisonSchema = z.strictObject({
  version: z.int().min(1),
  average_precision: probability,
  rows: count.optional(),
  frauds: count.optional(),
})

/** All that there is to say about a version of a model; the weights are in a file of their own. It never changes. */
export const modelManifestSchema = z.strictObject({
  schema: z.literal(MODEL_SCHEMA),
  id: z.string().min(1),
  version: z.int().min(1),
  created_at: time,
  /** The features that it was trained on, in the order of a row. Features of another hash mean something else. */
  features: z.strictObject({hash: z.string().min(1), names: z.array(z.string().min(1)).min(1)}),
  scaling: z.strictObject({center: z.array(finite), spread: z.array(finite.min(0))}),
  /** The widths of each network; the model's logit is their mean. */
  networks: z.array(z.array(z.int().min(1)).min(2)).min(1),
  weights: z.strictObject({bytes: count, sha256}),
  calibration: z.strictObject({slope: finite.positive(), intercept: finite}),
  /** The score from which a review pays, and by which rule it was chosen. */
  threshold: z.strictObject({score: probability, chosen_by: z.string()}),
  /** The mean legitimate row, from which explanations start. */
  baseline: z.array(finite),
  training: z.strictObject({
    /** Event times: from, inclusive; to, exclusive. */
    window: z.strictObject({from: time, to: time}),
    /** From this event time on nothing was learnt from: those rows judged it. Absent: none of the window is so. */
    judged_from: time.optional(),
    label_maturity_ms: count,
    rows: count,
    frauds: count,
    seed: z.int().min(0),
    settings: z.record(z.string(), z.union([finite, z.string(), z.array(finite)])),
  }),
  metrics: modelMetricsSchema,
  /** How the champion of that time did on the same rows; null if there was none that could be asked. */
  compared: comparisonSchema.nullable(),
  /** How features and scores lay in training; versions of before drift was measured have none. */
  distribution: modelDistributionSchema.optional(),
})

export type ModelManifest = z.infer<typeof modelManifestSchema>
export type ModelMetrics = z.infer<typeof modelMetricsSchema>

/** A version of a model as it is kept. */
export interface ModelArtifact {
  readonly manifest: ModelManifest
  /** As `packNetworks` packs them. */
  readonly weights: Float32Array
}
