import type {Config} from '../config/config.js'
import type {ModelServing, ServingOptions} from './model-serving.js'

/** The model that a configuration asks for. Where it asks for none, nothing of TensorFlow.js is loaded: it takes half a second. */
export async function scorerOf(config: Config, options: ServingOptions): Promise<ModelServing | undefined> {
  if (config.model.alias === 'none') return undefined
  const {openServing} = await import('./open-serving.js')
  return openServing(config, options)
}
