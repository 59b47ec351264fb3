import {join} from 'node:path'
import {ModelRegistry} from '../../adapters/files/model-registry.js'
import type {Config} from '../config/config.js'

/** The versions of an installation's model, with the one that is shipped beside the feature views. */
export function modelRegistry({dataDir, features}: Config): ModelRegistry {
  return new ModelRegistry(join(dataDir, 'models'), join(features.dir, 'model'))
}

/** The version that is tried in shadow: the challenger, where the champion decides. */
export async function shadowVersionOf(config: Config): Promise<number | undefined> {
  return config.model.alias === 'champion' ? modelRegistry(config).versionOf('challenger') : undefined
}
