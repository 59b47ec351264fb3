import type {ChosenBackend} from '../../adapters/tensorflow/backend.js'

/** What TensorFlow.js computes on, and why not on something faster. */
export function backendWords({name, passedOver}: ChosenBackend): string {
  const others = passedOver.map((each) => ` (not ${each.name}: ${each.reason})`)
  return `TensorFlow.js computes on: ${name}${others.join('')}`
}
