import type {ModelRegistry} from '../../adapters/files/model-registry.js'
import {RegistryRefusalError} from '../../adapters/files/registry-refusal.js'
import {TensorflowModel} from '../../adapters/tensorflow/tensorflow-model.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import type {ModelManifest} from '../../core/model/model-manifest.js'
import {ModelRefusedError, requireFeatures} from '../../core/model/model-refusal.js'
import type {Evidence} from '../../learning/evidence/evidence.js'
import {type Finding, speaksFor, spokeForInTraining} from '../../learning/evidence/speaks-for.js'

export interface PromotionTerms {
  readonly schema: FeatureSchema
  /** RFC 3339. */
  readonly at: string
  /** Who does without evidence; undefined: it is asked for. */
  readonly forcedBy?: string | undefined
  /** So many frauds are asked for to judge by. */
  readonly minFrauds: number
  /** What the feature log says; undefined where it says nothing. */
  readonly evidence: Evidence | undefined
}

/**
 * Makes a version champion if it can score what the service computes, and on evidence: that it did better than this
 * champion on the same later transactions. Where the feature log has too few of them, what was found in training counts. Returns
 * what spoke for it. Throws RegistryRefusalError or ModelRefusedError. TensorFlow.js has its backend.
 */
export async function promote(
  registry: ModelRegistry,
  version: number,
  terms: PromotionTerms,
): Promise<string> {
  const {schema, at, forcedBy} = terms
  const artifact = await registry.load(version)
  requireFeatures(artifact.manifest, schema)
  new TensorflowModel(artifact).dispose()
  const champion = await registry.versionOf('champion')
  const finding = await findingOn(registry, artifact.manifest, champion, terms)
  // That it is champion already, the registry says.
  if (forcedBy === undefined && version !== champion && 'lacks' in finding) {
    throw new RegistryRefusalError(
      `version ${version} is not promoted: ${finding.lacks}; train again on later events, or add --force to ` +
        `tripline models promote ${version}`,
    )
  }
  const reason = 'lacks' in finding ? `forced by ${forcedBy}, though ${finding.lacks}` : finding.found
  await registry.promote(version, at, reason)
  return reason
}

async function findingOn(
  registry: ModelRegistry,
  manifest: ModelManifest,
  champion: number | undefined,
  {schema, evidence, minFrauds}: PromotionTerms,
): Promise<Finding> {
  if (champion === undefined) return {found: 'there was no champion'}
  const unfit = await whyUnfit(registry, champion, schema)
  if (unfit !== undefined) return {found: `the champion cannot score: ${unfit}`}
  const training = spokeForInTraining(manifest, champion, minFrauds)
  if (evidence === undefined) return training
  const isEnough = evidence.frauds >= minFrauds || evidence.parity.mismatches > 0
  return isEnough || 'lacks' in training ? speaksFor(evidence, minFrauds) : training
}

/** Why a version scores nothing as things are; undefined if it does. */
async function whyUnfit(
  registry: ModelRegistry,
  version: number,
  schema: FeatureSchema,
): Promise<string | undefined> {
  try {
    requireFeatures((await registry.load(version)).manifest, schema)
    return undefined
  } catch (error) {
    if (error instanceof ModelRefusedError) return error.message
    throw error
  }
}
