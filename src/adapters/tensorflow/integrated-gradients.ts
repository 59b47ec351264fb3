import * as tf from '@tensorflow/tfjs-core'
import {backpropagate, layerInputs, type NetworkTensors} from './network-tensors.js'

/** Points on the way from the baseline to the row. */
const STEPS = 32

/**
 * Integrated gradients (Sundararajan, Taly, Yan 2017) of the mean logit: the mean gradient on the straight way from the
 * baseline to the row, times the way. The numbers add up to the difference of the two logits, as nearly as the steps
 * allow. Both rows scaled.
 */
export async function integratedGradients(
  networks: readonly NetworkTensors[],
  row: Float32Array,
  baseline: Float32Array,
): Promise<Float32Array> {
  const width = row.length
  const points = new Float32Array(STEPS * width)
  for (let step = 0; step < STEPS; step++) {
    const share = (step + 0.5) / STEPS
    for (let at = 0; at < width; at++) {
      const from = baseline[at] as number
      points[step * width + at] = from + share * ((row[at] as number) - from)
    }
  }
  const gradient = tf.tidy(() => {
    const rows = tf.tensor2d(points, [STEPS, width])
    const byLogit = tf.fill([STEPS, 1], 1 / (STEPS * networks.length)) as tf.Tensor2D
    const gradients = networks.map((network) => backpropagate(network, layerInputs(network, rows), byLogit))
    return tf.sum(tf.addN(gradients), 0)
  })
  const mean = await gradient.data()
  gradient.dispose()
  return row.map((value, at) => (value - (baseline[at] as number)) * (mean[at] as number))
}
