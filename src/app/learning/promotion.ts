import type {ModelRegistry} from '../../adapters/files/model-registry.js'
import {RegistryRefusalError} from '../../adapters/files/registry-refusal.js'
import {TensorflowModel} from '../../adapters/tensorflow/tensorflow-model.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import {requireFeatures} from '../../core/model/model-refusal.js'

/**
 * Makes a version champion if it can score what the service computes, and on evidence: that it did better than this
 * champion on the same later transactions. `force` does without the evidence. Returns what spoke for it. Throws
 * RegistryRefusalError or ModelRefusedError. TensorFlow.js has its backend.
 */
export async function promote(
  registry: ModelRegistry,
  version: number,
  {schema, at, force}: {readonly schema: FeatureSchema; readonly at: string; readonly force: boolean},
): Promise<string> {
  const artifact = await registry.load(version)
  requireFeatures(artifact.manifest, schema)
  new TensorflowModel(artifact).dispose()
  const champion = await registry.versionOf('champion')
  const evidence = evidenceAgainst(artifact.manifest, champion)
  // That it is champion already, the registry says.
  if (!force && version !== champion && evidence.lacks !== undefined) {
    throw new RegistryRefusalError(
      `version ${version} is not promoted: ${evidence.lacks}; train again on later events, or add --force to ` +
        `tripline models promote ${version}`,
    )
  }
  const reason = evidence.lacks === undefined ? evidence.found : `forced, though ${evidence.lacks}`
  await registry.promote(version, at, reason)
  return reason
}

/** What speaks for a version, or what it lacks. */
function evidenceAgainst(
  {compared, metrics}: Awaited<ReturnType<ModelRegistry['load']>>['manifest'],
  champion: number | undefined,
): {readonly found: string; readonly lacks?: string} {
  const own = metrics.average_precision.toFixed(4)
  if (champion === undefined) return {found: 'there was no champion'}
  if (compared?.version !== champion)
    return {found: '', lacks: `it was not compared with version ${champion}, the champion`}
  const other = compared.average_precision.toFixed(4)
  const figures = `average precision ${own} against ${other} of version ${champion} on the same transactions`
  return metrics.average_precision > compared.average_precision
    ? {found: figures}
    : {found: '', lacks: figures}
}
