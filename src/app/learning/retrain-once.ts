import {rm} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {readModel, type UnwrittenManifest} from '../../adapters/files/model-folder.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import type {ModelArtifact} from '../../core/model/model-manifest.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Evidence} from '../../learning/evidence/evidence.js'
import type {Config} from '../config/config.js'
import {workFolder} from '../process/work-folder.js'
import type {LearningAnswer, LearningTask} from './learning-task.js'

export interface LearningParts {
  readonly config: Config
  readonly clock: Clock
  /** Of the features in force. */
  readonly schema: () => FeatureSchema
  /** Writes what was served, and what was said about it, to a folder. */
  readonly snapshot: (folder: string) => Promise<void>
  /** Has a task done, outside of this process. */
  readonly perform: (task: LearningTask, signal: AbortSignal) => Promise<LearningAnswer>
}

/** Adds a version to the registry. Returns its number. */
export type AddVersion = (
  manifest: Omit<UnwrittenManifest, 'version'>,
  weights: Float32Array,
  at: string,
) => Promise<number>

/** Work for a process that learns failed: says why, and what to do. */
export class LearningFailedError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'LearningFailedError'
  }
}

/** Trains a version from what was served until now, and adds it to the registry. Throws LearningFailedError; nothing is changed then. */
export async function retrainOnce(
  parts: LearningParts,
  add: AddVersion,
  signal: AbortSignal,
): Promise<{readonly version: number; readonly manifest: ModelArtifact['manifest']}> {
  return withSnapshot(parts, async (task, folder) => {
    const out = join(folder, 'model')
    const answer = await parts.perform({...task, work: {kind: 'train', out}}, signal)
    if (answer.kind !== 'trained') throw new LearningFailedError(problemOf(answer))
    const {manifest, weights} = await readModel(out)
    const {version: _version, weights: _weights, ...unwritten} = manifest
    return {version: await add(unwritten, weights, manifest.created_at), manifest}
  })
}

/** What the feature log says for a version; undefined where it says nothing. Throws LearningFailedError. */
export async function weighOnce(
  parts: LearningParts,
  challenger: number,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  return withSnapshot(parts, async (task) => {
    const answer = await parts.perform({...task, work: {kind: 'weigh', challenger}}, signal)
    if (answer.kind !== 'weighed') throw new LearningFailedError(problemOf(answer))
    return answer.evidence ?? undefined
  })
}

async function withSnapshot<T>(
  {config, clock, schema, snapshot}: LearningParts,
  work: (task: Omit<LearningTask, 'work'>, folder: string) => Promise<T>,
): Promise<T> {
  const {dataDir, features, model} = config
  const folder = await workFolder(resolve(dataDir, 'learning'))
  try {
    const served = join(folder, 'served')
    await snapshot(served)
    const task = {
      snapshot: served,
      models: {folder: resolve(dataDir, 'models'), shipped: resolve(features.dir, 'model')},
      schema: schema(),
      backend: model.backend,
      maturity: model.retrain.maturity,
      now: clock.now(),
    }
    return await work(task, folder)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

function problemOf(answer: LearningAnswer): string {
  return answer.kind === 'failed' ? answer.message : `it answered ${answer.kind}`
}
