import {type UnwrittenManifest, writeModel} from '../../adapters/files/model-folder.js'
import type {ModelRegistry} from '../../adapters/files/model-registry.js'
import {readTruthFile} from '../../adapters/files/truth-file.js'
import {TensorflowModel} from '../../adapters/tensorflow/tensorflow-model.js'
import {TensorflowTrainer} from '../../adapters/tensorflow/tensorflow-trainer.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import type {WallTime} from '../../core/event/time.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import type {ModelManifest} from '../../core/model/model-manifest.js'
import {ModelRefusedError, requireFeatures} from '../../core/model/model-refusal.js'
import type {ThresholdRule} from '../../learning/training/choose-threshold.js'
import type {TrainingProgress} from '../../learning/training/fit-ensemble.js'
import type {NetworkSettings} from '../../learning/training/network-settings.js'
import {metricsOf, packedModel, type TrainedModel, trainModel} from '../../learning/training/train-model.js'
import type {VerdictCounts} from '../../learning/training/training-labels.js'
import {countFrauds, type TrainingSet} from '../../learning/training/training-set.js'
import {collectServed, type ServedLog} from './collect-served.js'
import {collectTraining} from './collect-training.js'
import {manifestOf} from './manifest-of.js'

/** What to learn from. */
export type TrainSource =
  /** Events, which are run through the engine. */
  | {
      readonly inputs: readonly string[]
      /** Says which transactions are fraud, instead of feedback events. */
      readonly truthFile: string | undefined
      readonly bundle: Bundle
      readonly onLines: (linesRead: number) => void
    }
  /** What a service served; verdicts from after `now` are not known yet. */
  | {readonly served: ServedLog; readonly schema: FeatureSchema; readonly now: WallTime}

export interface TrainOptions {
  readonly source: TrainSource
  /** In ms. */
  readonly maturity: number
  readonly settings: NetworkSettings
  readonly threshold: ThresholdRule
  readonly modelId: string
  /** Where the new version goes; `folder` is one of its own, outside the registry, which is only asked for the champion. */
  readonly target:
    | {readonly registry: ModelRegistry}
    | {readonly folder: string; readonly champions?: ModelRegistry}
  readonly createdAt: string
  readonly onEpoch: (progress: TrainingProgress) => void
}

export interface TrainResult {
  readonly version: number
  readonly manifest: Omit<UnwrittenManifest, 'version'>
  /** Null where a truth file gave the labels. */
  readonly verdicts: VerdictCounts | null
  /** Transactions that were left out, as they were served other features than those in force. */
  readonly otherFeatures: number
  /** The rows that it was judged by, with its scores. */
  readonly tested: TrainedModel['tested']
}

/** Trains a version of the model. TensorFlow.js has its backend. */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const {source, settings, threshold, target, createdAt} = options
  const schema = 'served' in source ? source.schema : source.bundle.features.schema
  if (schema.names.length === 0)
    throw new RangeError('there are no feature views to learn from; add some below features.dir')
  const {set, verdicts, maturity, otherFeatures} = await labelled(options)
  const trained = await trainModel(new TensorflowTrainer(), {
    set,
    settings,
    threshold,
    onProgress: options.onEpoch,
  })
  const {weights} = packedModel(trained)
  const origin = {set, settings, schema, modelId: options.modelId, createdAt, maturity}
  const champions = 'registry' in target ? target.registry : target.champions
  const manifest: Omit<UnwrittenManifest, 'version'> = {
    ...manifestOf(trained, origin),
    compared: champions === undefined ? null : await comparedWith(champions, trained.tested.set, schema),
  }
  const result = {manifest, verdicts, otherFeatures, tested: trained.tested}
  if ('registry' in target)
    return {...result, version: await target.registry.add(manifest, weights, createdAt)}
  await writeModel(target.folder, {...manifest, version: 1}, weights)
  return {...result, version: 1}
}

async function labelled({source, maturity}: TrainOptions) {
  if ('served' in source) {
    const {rows, labels, newest, otherFeatures} = await collectServed(
      source.served,
      source.schema,
      source.now,
    )
    const {labelOf, counts} = labels.asOf(newest, maturity)
    return {set: rows.labelled(labelOf), verdicts: counts, maturity, otherFeatures}
  }
  const {inputs, truthFile, bundle, onLines} = source
  const {rows, labels, newest} = await collectTraining(inputs, bundle, onLines)
  if (truthFile !== undefined) {
    const truth = await readTruthFile(truthFile)
    const set = rows.labelled((id) => truth.labelOfEvent(TRANSACTIONS, id))
    return {set, verdicts: null, maturity: 0, otherFeatures: 0}
  }
  const {labelOf, counts} = labels.asOf(newest, maturity)
  return {set: rows.labelled(labelOf), verdicts: counts, maturity, otherFeatures: 0}
}

/** How the champion does on the same rows. Null if there is none, or it cannot score them. */
async function comparedWith(
  registry: ModelRegistry,
  set: TrainingSet,
  schema: FeatureSchema,
): Promise<ModelManifest['compared']> {
  const version = await registry.versionOf('champion')
  if (version === undefined) return null
  try {
    const artifact = await registry.load(version)
    requireFeatures(artifact.manifest, schema)
    const model = new TensorflowModel(artifact)
    const scores = await model.score(set.rows, set.labels.length)
    model.dispose()
    const {average_precision} = metricsOf(scores, set)
    return {version, average_precision, rows: set.labels.length, frauds: countFrauds(set.labels)}
  } catch (error) {
    if (error instanceof ModelRefusedError) return null
    throw error
  }
}
