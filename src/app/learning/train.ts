import {type UnwrittenManifest, writeModel} from '../../adapters/files/model-folder.js'
import type {ModelRegistry} from '../../adapters/files/model-registry.js'
import {readTruthFile} from '../../adapters/files/truth-file.js'
import {TensorflowModel} from '../../adapters/tensorflow/tensorflow-model.js'
import {TensorflowTrainer} from '../../adapters/tensorflow/tensorflow-trainer.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import {type EventTime, formatTime} from '../../core/event/time.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import {MODEL_SCHEMA, type ModelManifest} from '../../core/model/model-manifest.js'
import {ModelRefusedError, requireFeatures} from '../../core/model/model-refusal.js'
import type {ThresholdRule} from '../../learning/training/choose-threshold.js'
import type {TrainingProgress} from '../../learning/training/fit-ensemble.js'
import type {NetworkSettings} from '../../learning/training/network-settings.js'
import {metricsOf, packedModel, type TrainedModel, trainModel} from '../../learning/training/train-model.js'
import type {VerdictCounts} from '../../learning/training/training-labels.js'
import {countFrauds, type TrainingSet} from '../../learning/training/training-set.js'
import {collectTraining, type RecordedTraining} from './collect-training.js'

export interface TrainOptions {
  readonly inputs: readonly string[]
  /** Says which transactions are fraud, instead of feedback events. */
  readonly truthFile: string | undefined
  readonly bundle: Bundle
  /** In ms. */
  readonly maturity: number
  readonly settings: NetworkSettings
  readonly threshold: ThresholdRule
  readonly modelId: string
  /** Where the new version goes; `folder` is one of its own, outside the registry. */
  readonly target: {readonly registry: ModelRegistry} | {readonly folder: string}
  readonly createdAt: string
  readonly onLines: (linesRead: number) => void
  readonly onEpoch: (progress: TrainingProgress) => void
}

export interface TrainResult {
  readonly version: number
  readonly manifest: Omit<UnwrittenManifest, 'version'>
  /** Null where a truth file gave the labels. */
  readonly verdicts: VerdictCounts | null
  /** The rows that it was judged by, with its scores. */
  readonly tested: TrainedModel['tested']
}

/** Trains a version of the model from recorded events. TensorFlow.js has its backend. */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const {bundle, settings, threshold, target, createdAt} = options
  const {schema} = bundle.features
  if (schema.names.length === 0)
    throw new RangeError('there are no feature views to learn from; add some below features.dir')
  const recorded = await collectTraining(options.inputs, bundle, options.onLines)
  const {set, verdicts} = await labelled(recorded, options)
  const trained = await trainModel(new TensorflowTrainer(), {
    set,
    settings,
    threshold,
    onProgress: options.onEpoch,
  })
  const {widths, weights} = packedModel(trained)
  const manifest: Omit<UnwrittenManifest, 'version'> = {
    schema: MODEL_SCHEMA,
    id: options.modelId,
    created_at: createdAt,
    features: {hash: schema.hash, names: [...schema.names]},
    scaling: {center: [...trained.scaling.center], spread: [...trained.scaling.spread]},
    networks: widths,
    calibration: trained.calibration,
    threshold: {score: trained.threshold.score, chosen_by: trained.threshold.chosenBy},
    baseline: [...trained.baseline],
    training: trainingOf(set, options),
    metrics: trained.metrics,
    compared: 'registry' in target ? await comparedWith(target.registry, trained.tested.set, schema) : null,
  }
  if ('registry' in target) {
    const version = await target.registry.add(manifest, weights, createdAt)
    return {version, manifest, verdicts, tested: trained.tested}
  }
  await writeModel(target.folder, {...manifest, version: 1}, weights)
  return {version: 1, manifest, verdicts, tested: trained.tested}
}

async function labelled({rows, labels, newest}: RecordedTraining, {truthFile, maturity}: TrainOptions) {
  if (truthFile !== undefined) {
    const truth = await readTruthFile(truthFile)
    return {set: rows.labelled((id) => truth.labelOfEvent(TRANSACTIONS, id)), verdicts: null}
  }
  const {labelOf, counts} = labels.asOf(newest, maturity)
  return {set: rows.labelled(labelOf), verdicts: counts}
}

function trainingOf({times, labels}: TrainingSet, {settings, maturity, truthFile}: TrainOptions) {
  const {seed, hidden, ...others} = settings
  const time = (ms: number | undefined) => formatTime((ms ?? 0) as EventTime)
  return {
    window: {from: time(times[0]), to: time((times.at(-1) ?? 0) + 1)},
    label_maturity_ms: truthFile === undefined ? maturity : 0,
    rows: labels.length,
    frauds: countFrauds(labels),
    seed,
    settings: {hidden: [...hidden], ...others},
  }
}

/** How the champion does on the same rows. Null if there is none, or it cannot score them. */
async function comparedWith(
  registry: ModelRegistry,
  {rows, labels}: TrainingSet,
  schema: FeatureSchema,
): Promise<ModelManifest['compared']> {
  const version = await registry.versionOf('champion')
  if (version === undefined) return null
  try {
    const artifact = await registry.load(version)
    requireFeatures(artifact.manifest, schema)
    const model = new TensorflowModel(artifact)
    const scores = await model.score(rows, labels.length)
    model.dispose()
    return {version, average_precision: metricsOf(scores, labels).average_precision}
  } catch (error) {
    if (error instanceof ModelRefusedError) return null
    throw error
  }
}
