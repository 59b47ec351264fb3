import type {ModelManifest} from './model-manifest.js'

/** Why a model is not taken. */
export type RefusalCode = 'model_missing' | 'model_corrupted' | 'model_mismatched' | 'model_backend'

/** A model cannot be used: says which, why, and what to do. Rules alone decide then. */
export class ModelRefusedError extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message)
    this.name = 'ModelRefusedError'
  }
}

/** Throws ModelRefusedError where a model was trained on other features than those that there are. */
export function requireFeatures(
  {id, version, features}: Pick<ModelManifest, 'id' | 'version' | 'features'>,
  present: {readonly hash: string; readonly names: readonly string[]},
): void {
  if (features.hash === present.hash) return
  const known = new Set(present.names)
  const missing = features.names.filter((name) => !known.has(name))
  const difference =
    missing.length > 0
      ? `missing now: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ' …' : ''}`
      : 'a view means something else now, or there are further ones'
  throw new ModelRefusedError(
    'model_mismatched',
    `model ${id} version ${version} was trained on other features (${features.hash.slice(0, 12)}, now ` +
      `${present.hash.slice(0, 12)}; ${difference}); train a new version or bring the feature views back`,
  )
}
