import type {UnwrittenManifest} from '../../adapters/files/model-folder.js'
import {type EventTime, formatTime} from '../../core/event/time.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import {MODEL_SCHEMA} from '../../core/model/model-manifest.js'
import type {NetworkSettings} from '../../learning/training/network-settings.js'
import {packedModel, type TrainedModel} from '../../learning/training/train-model.js'
import {countFrauds, type TrainingSet} from '../../learning/training/training-set.js'

/** Where a trained model comes from. */
export interface ModelOrigin {
  readonly modelId: string
  readonly createdAt: string
  readonly schema: FeatureSchema
  /** All that it was trained and judged on. */
  readonly set: TrainingSet
  readonly settings: NetworkSettings
  /** In ms; 0 where a truth file gave the labels. */
  readonly maturity: number
}

/** What is said about a trained model but for what only the registry knows: its version and who was champion. */
export function manifestOf(
  trained: TrainedModel,
  {modelId, createdAt, schema, set, settings, maturity}: ModelOrigin,
): Omit<UnwrittenManifest, 'version' | 'compared'> {
  const {scaling, calibration, threshold, baseline, metrics, distribution} = trained
  return {
    schema: MODEL_SCHEMA,
    id: modelId,
    created_at: createdAt,
    features: {hash: schema.hash, names: [...schema.names]},
    scaling: {center: [...scaling.center], spread: [...scaling.spread]},
    networks: packedModel(trained).widths,
    calibration,
    threshold: {score: threshold.score, chosen_by: threshold.chosenBy},
    baseline: [...baseline],
    training: trainingOf(set, settings, maturity, trained),
    metrics,
    distribution,
  }
}

function trainingOf(
  {times, labels}: TrainingSet,
  settings: NetworkSettings,
  maturity: number,
  {tested, isRefitted}: TrainedModel,
) {
  const {seed, hidden, ...others} = settings
  const time = (ms: number | undefined) => formatTime((ms ?? 0) as EventTime)
  return {
    window: {from: time(times[0]), to: time((times.at(-1) ?? 0) + 1)},
    // A version that learnt anew from all rows has seen those that judged it.
    ...(isRefitted ? {} : {judged_from: time(tested.set.times[0])}),
    label_maturity_ms: maturity,
    rows: labels.length,
    frauds: countFrauds(labels),
    seed,
    settings: {hidden: [...hidden], ...others},
  }
}
