import type {Scorer} from '../../engine/port/model.js'
import type {RecordedModels} from '../bundle/bundle-folder.js'
import type {Config} from '../config/config.js'
import {scorerOf} from '../learning/scorer-of.js'

/**
 * The model of a recording; of one that does not say which that was, the configuration's. Undefined where no model scored: then nothing of
 * TensorFlow.js is loaded, which takes half a second.
 */
export async function recordedScorerOf(
  bundleFolder: string,
  models: RecordedModels | undefined,
  config: Config,
  onTrouble: (reason: string) => void,
): Promise<Scorer | undefined> {
  if (models === undefined) return scorerOf(config, {onTrouble})
  if (models.versions.length === 0) return undefined
  const {openRecordedScorer} = await import('./open-recorded-scorer.js')
  return openRecordedScorer(bundleFolder, models, config.model.backend, onTrouble)
}
