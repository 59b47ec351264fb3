import {createReadStream, existsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {readModel} from '../../adapters/files/model-folder.js'
import {chooseBackend} from '../../adapters/tensorflow/backend.js'
import {TensorflowModel} from '../../adapters/tensorflow/tensorflow-model.js'
import {decodeServedRows, type ServedEntry} from '../../learning/training/served-rows.js'
import {MODELS_FOLDER, type RecordedModels} from '../bundle/bundle-folder.js'
import type {Config} from '../config/config.js'
import {ModelServing} from '../learning/model-serving.js'
import {RecordedScorer} from './recorded-scorer.js'
import {ServedLookup} from './served-lookup.js'

/**
 * The model of a recording: its versions in the bundle folder, and the features as they were served in `features.bin` beside it. Undefined
 * where no model scored. Throws ModelRefusedError where a version is damaged.
 */
export async function openRecordedScorer(
  bundleFolder: string,
  {versions, last}: RecordedModels,
  backend: Config['model']['backend'],
  onTrouble: (reason: string) => void,
): Promise<RecordedScorer | undefined> {
  if (versions.length === 0) return undefined
  await chooseBackend(backend)
  const servings = new Map<number, ModelServing>()
  for (const version of versions) {
    const serving = new ModelServing({onTrouble})
    serving.swap(new TensorflowModel(await readModel(join(bundleFolder, MODELS_FOLDER, String(version)))))
    servings.set(version, serving)
  }
  const path = join(dirname(resolve(bundleFolder)), 'features.bin')
  const served = existsSync(path) ? decodeServedRows(createReadStream(path), path) : nothing()
  return new RecordedScorer(servings, last ?? undefined, new ServedLookup(served))
}

async function* nothing(): AsyncGenerator<ServedEntry> {}
