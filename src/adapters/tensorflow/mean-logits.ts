import * as tf from '@tensorflow/tfjs-core'
import {layerInputs, logitsOf, type NetworkTensors} from './network-tensors.js'

/** The mean logit of the networks for each scaled row. */
export async function meanLogits(
  networks: readonly NetworkTensors[],
  rows: Float32Array,
  count: number,
): Promise<Float32Array> {
  const mean = tf.tidy(() => {
    const input = tf.tensor2d(rows, [count, rows.length / count])
    const logits = networks.map((network) => logitsOf(network, layerInputs(network, input)))
    return logits.length === 1 ? (logits[0] as tf.Tensor2D) : tf.div(tf.addN(logits), logits.length)
  })
  try {
    return (await mean.data()) as Float32Array
  } finally {
    mean.dispose()
  }
}
