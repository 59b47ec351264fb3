import type {ModelRegistry} from '../../adapters/files/model-registry.js'
import {TensorflowModel} from '../../adapters/tensorflow/tensorflow-model.js'
import type {WallTime} from '../../core/event/time.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import {ModelRefusedError} from '../../core/model/model-refusal.js'
import {type Evidence, learntUpTo, rowsFrom, weigh} from '../../learning/evidence/evidence.js'
import {servedParity} from '../../learning/evidence/served-parity.js'
import {collectServed, OtherFeaturesError, type ServedLog} from './collect-served.js'

export interface EvidenceTask {
  readonly registry: ModelRegistry
  readonly served: ServedLog
  readonly schema: FeatureSchema
  /** In ms. */
  readonly maturity: number
  readonly now: WallTime
  readonly challenger: number
}

/**
 * How a version compares with the champion on transactions that neither learnt from, and whose labels are known by now. Undefined
 * where nothing can be said: there is no other champion that scores these features, or there are no such transactions. Throws
 * ModelRefusedError if the version itself is refused. TensorFlow.js has its backend.
 */
export async function findEvidence(task: EvidenceTask): Promise<Evidence | undefined> {
  const {registry, served, schema, maturity, now} = task
  const champion = await championOf(task)
  if (champion === undefined) return undefined
  const challenger = await registry.load(task.challenger)
  if (challenger.manifest.features.hash !== schema.hash) return undefined
  const training = await collectServed(served, schema, now).catch(noneOfThem)
  if (training === undefined || training.rows.count === 0) return undefined
  const {labelOf} = training.labels.asOf(training.newest, maturity)
  const from = Math.max(learntUpTo(champion.manifest), learntUpTo(challenger.manifest))
  const later = rowsFrom(training.rows.labelled(labelOf), from)
  const models = {champion: new TensorflowModel(champion), challenger: new TensorflowModel(challenger)}
  try {
    return await weigh(models, later, await servedParity(models.challenger, served.rows()))
  } finally {
    models.champion.dispose()
    models.challenger.dispose()
  }
}

async function championOf({registry, schema, challenger}: EvidenceTask) {
  const version = await registry.versionOf('champion')
  if (version === undefined || version === challenger) return undefined
  try {
    const artifact = await registry.load(version)
    return artifact.manifest.features.hash === schema.hash ? artifact : undefined
  } catch (error) {
    if (error instanceof ModelRefusedError) return undefined
    throw error
  }
}

function noneOfThem(error: unknown): undefined {
  if (error instanceof OtherFeaturesError) return undefined
  throw error
}
