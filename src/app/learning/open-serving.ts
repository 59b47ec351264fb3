import {chooseBackend} from '../../adapters/tensorflow/backend.js'
import {TensorflowModel} from '../../adapters/tensorflow/tensorflow-model.js'
import {ModelRefusedError} from '../../core/model/model-refusal.js'
import type {Model} from '../../engine/port/model.js'
import type {Config} from '../config/config.js'
import {ModelServing, type ServingOptions} from './model-serving.js'
import {modelRegistry, shadowVersionOf} from './model-store.js'

/** The model of a configuration, ready to score. What is wrong with it is told, and rules decide. */
export async function openServing(config: Config, options: ServingOptions): Promise<ModelServing> {
  const serving = new ModelServing(options)
  try {
    await chooseBackend(config.model.backend)
    serving.swap(await currentModel(config))
  } catch (error) {
    if (!(error instanceof ModelRefusedError)) throw error
    options.onTrouble?.(error.message)
  }
  if (options.withShadow === true) await openShadow(config, serving, options)
  return serving
}

async function openShadow(config: Config, serving: ModelServing, options: ServingOptions): Promise<void> {
  try {
    serving.swapShadow(await shadowModel(config))
  } catch (error) {
    if (!(error instanceof ModelRefusedError)) throw error
    options.onShadowTrouble?.(error.message)
  }
}

/** The version that is to be tried beside the champion; undefined if there is none. Throws as `currentModel` does. */
export async function shadowModel(config: Config): Promise<Model | undefined> {
  const version = await shadowVersionOf(config)
  return version === undefined
    ? undefined
    : warm(new TensorflowModel(await modelRegistry(config).load(version)))
}

/** The version that the configuration's alias stands for. Throws ModelRefusedError. TensorFlow.js has its backend. */
export async function currentModel(config: Config): Promise<Model> {
  const registry = modelRegistry(config)
  const {alias} = config.model
  const version = alias === 'none' ? undefined : await registry.versionOf(alias)
  if (version === undefined)
    throw new ModelRefusedError(
      'model_missing',
      `no version of the model is ${alias}; tripline train makes one`,
    )
  return warm(new TensorflowModel(await registry.load(version)))
}

async function warm(model: Model): Promise<Model> {
  // The first rows take long, for the kernels are compiled then.
  const width = model.features.names.length
  await model.score(new Float32Array(width), 1)
  await model.attribute(new Float32Array(width), 1)
  return model
}
