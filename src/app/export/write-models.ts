import {join} from 'node:path'
import {writeModel} from '../../adapters/files/model-folder.js'
import type {ModelRegistry} from '../../adapters/files/model-registry.js'
import {ModelRefusedError} from '../../core/model/model-refusal.js'
import {MODELS_FOLDER, type RecordedModels} from '../bundle/bundle-folder.js'
import type {Config} from '../config/config.js'
import {modelRegistry} from '../learning/model-store.js'

/**
 * Writes the versions of the model that scored, and the one in force, into a bundle folder. `onMissing` hears of those that are
 * not there any more, or not whole.
 */
export async function writeModels(
  config: Config,
  folder: string,
  scored: ReadonlySet<number>,
  onMissing: (reason: string) => void,
): Promise<RecordedModels> {
  const registry = modelRegistry(config)
  const {alias} = config.model
  const inForce = alias === 'none' ? undefined : await registry.versionOf(alias)
  const versions: number[] = []
  for (const version of new Set([...scored, ...(inForce === undefined ? [] : [inForce])])) {
    const isWritten = await writeVersion(registry, version, join(folder, MODELS_FOLDER), onMissing)
    if (isWritten) versions.push(version)
  }
  const last = inForce !== undefined && versions.includes(inForce) ? inForce : null
  return {versions: versions.sort((a, b) => a - b), last}
}

async function writeVersion(
  registry: ModelRegistry,
  version: number,
  folder: string,
  onMissing: (reason: string) => void,
): Promise<boolean> {
  try {
    const {manifest, weights} = await registry.load(version)
    await writeModel(join(folder, String(version)), manifest, weights)
    return true
  } catch (error) {
    if (!(error instanceof ModelRefusedError)) throw error
    onMissing(`model version ${version} is not in the export: ${error.message}`)
    return false
  }
}
