import {TensorflowModel} from '../../../adapters/tensorflow/tensorflow-model.js'
import {TensorflowTrainer} from '../../../adapters/tensorflow/tensorflow-trainer.js'
import {type EventTime, formatTime} from '../../../core/event/time.js'
import type {FeatureSchema} from '../../../core/feature/feature-set.js'
import {REVEALED_AFTER_MS} from '../../../learning/loop/reveal.js'
import type {TrainingProgress} from '../../../learning/training/fit-ensemble.js'
import {packedModel, trainModel} from '../../../learning/training/train-model.js'
import type {RecordedTraining} from '../collect-training.js'
import {manifestOf} from '../manifest-of.js'
import type {LoopOptions} from './loop-settings.js'

/** A version, and by how many verdicts it was trained. */
export interface WeeklyVersion {
  readonly model: TensorflowModel
  readonly labels: number
}

/**
 * Trains a version on what is known at a time: the features as they were served up to then, and the verdicts of up to then. The
 * training code is that of `tripline train`. TensorFlow.js has its backend.
 */
export async function trainWeekly(
  {rows, labels}: RecordedTraining,
  now: EventTime,
  version: number,
  {network: settings, alertsPerDay}: LoopOptions,
  schema: FeatureSchema,
  onEpoch: (progress: TrainingProgress) => void,
): Promise<WeeklyVersion> {
  const {labelOf, counts} = labels.asOf(now, REVEALED_AFTER_MS)
  const set = rows.labelled(labelOf)
  const trained = await trainModel(new TensorflowTrainer(), {
    ...{set, settings, threshold: {by: 'budget', alertsPerDay}, refit: true},
    onProgress: onEpoch,
  })
  const {weights} = packedModel(trained)
  const origin = {modelId: 'loop', createdAt: formatTime(now), schema, set, settings}
  const manifest = {...manifestOf(trained, {...origin, maturity: REVEALED_AFTER_MS}), version, compared: null}
  // Nothing is written: there is no file whose sum could be told.
  const artifact = {manifest: {...manifest, weights: {bytes: 4 * weights.length, sha256: ''}}, weights}
  return {model: new TensorflowModel(artifact), labels: counts.used + counts.repeated}
}
