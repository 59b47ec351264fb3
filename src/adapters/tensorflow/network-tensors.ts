import * as tf from '@tensorflow/tfjs-core'
import type {Network} from '../../core/model/network.js'

/** A network in the memory of the backend. */
export interface NetworkTensors {
  readonly weights: readonly tf.Tensor2D[]
  readonly biases: readonly tf.Tensor1D[]
}

export function toTensors(network: Network): NetworkTensors {
  return {
    weights: network.map(({weights, inputs, outputs}) => tf.tensor2d(weights, [inputs, outputs])),
    biases: network.map(({biases}) => tf.tensor1d(biases)),
  }
}

export function disposeTensors({weights, biases}: NetworkTensors): void {
  tf.dispose([...weights, ...biases])
}

/** What each layer takes in: the rows, then what each hidden layer puts out. */
export function layerInputs({weights, biases}: NetworkTensors, rows: tf.Tensor2D): tf.Tensor2D[] {
  const inputs = [rows]
  for (let layer = 0; layer < weights.length - 1; layer++) {
    const [a, b, bias] = [inputs[layer], weights[layer], biases[layer]] as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
    ]
    inputs.push(tf.fused.matMul({a, b, bias, activation: 'relu'}) as tf.Tensor2D)
  }
  return inputs
}

/** The logits, as a column, from what the last layer takes in. */
export function logitsOf({weights, biases}: NetworkTensors, inputs: readonly tf.Tensor2D[]): tf.Tensor2D {
  const [a, b, bias] = [inputs.at(-1), weights.at(-1), biases.at(-1)] as [
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor1D,
  ]
  return tf.fused.matMul({a, b, bias}) as tf.Tensor2D
}

/**
 * Carries how much something changes with each logit back through the layers: `atLayer` is given how much it changes
 * with what each layer puts out, from the last layer to the first. Returns how much it changes with each value of the rows.
 */
export function backpropagate(
  {weights}: NetworkTensors,
  inputs: readonly tf.Tensor2D[],
  byLogit: tf.Tensor2D,
  atLayer: (layer: number, byOutput: tf.Tensor2D) => void = () => undefined,
): tf.Tensor2D {
  let byOutput = byLogit
  for (let layer = weights.length - 1; ; layer--) {
    atLayer(layer, byOutput)
    const byInput: tf.Tensor2D = tf.matMul(byOutput, weights[layer] as tf.Tensor2D, false, true)
    if (layer === 0) return byInput
    byOutput = tf.mul(byInput, tf.step(inputs[layer] as tf.Tensor2D)) as tf.Tensor2D
  }
}
