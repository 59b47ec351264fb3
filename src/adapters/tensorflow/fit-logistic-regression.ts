import * as tf from '@tensorflow/tfjs-core'
import type {Network} from '../../core/model/network.js'
import type {LabelledRows} from '../../engine/port/network-trainer.js'

const MOST_STEPS = 50
const CLOSE_ENOUGH = 1e-5

/**
 * The logistic regression that minimises Σ weight × cross entropy + |w|² / (2 × inversePenalty), the constant not
 * penalised, by Newton's method: about ten steps. The tensors carry a last column of ones for the constant.
 */
export async function fitLogisticRegression(
  {rows, labels, weights}: LabelledRows,
  inversePenalty: number,
): Promise<Network> {
  const count = labels.length
  const width = rows.length / count
  const x = tf.tidy(() =>
    tf.concat([tf.tensor2d(rows, [count, width]), tf.ones([count, 1])] as tf.Tensor2D[], 1),
  )
  const y = tf.tensor2d(labels, [count, 1])
  const w = tf.tensor2d(weights, [count, 1])
  const coefficients = new Float64Array(width + 1)
  try {
    for (let step = 0; step < MOST_STEPS; step++) {
      const {gradient, curvature} = await derivatives(x, y, w, coefficients)
      for (let at = 0; at < width; at++) {
        gradient[at] = (gradient[at] as number) + (coefficients[at] as number) / inversePenalty
        const diagonal = at * (width + 2)
        curvature[diagonal] = (curvature[diagonal] as number) + 1 / inversePenalty
      }
      const change = solved(curvature, gradient)
      for (let at = 0; at <= width; at++)
        coefficients[at] = (coefficients[at] as number) - (change[at] as number)
      if (Math.max(...change.map(Math.abs)) < CLOSE_ENOUGH) break
    }
  } finally {
    tf.dispose([x, y, w])
  }
  return [
    {
      inputs: width,
      outputs: 1,
      weights: Float32Array.from(coefficients.subarray(0, width)),
      biases: Float32Array.from(coefficients.subarray(width)),
    },
  ]
}

/** Of the unpenalised loss: its gradient, and its second derivatives row by row. */
async function derivatives(x: tf.Tensor2D, y: tf.Tensor2D, w: tf.Tensor2D, coefficients: Float64Array) {
  const [gradient, curvature] = tf.tidy(() => {
    const b = tf.tensor2d(Float32Array.from(coefficients), [coefficients.length, 1])
    const probability = tf.sigmoid(tf.matMul(x, b))
    const slope = tf.mul(w, tf.mul(probability, tf.sub(1, probability)))
    const difference = tf.mul(w, tf.sub(probability, y)) as tf.Tensor2D
    return [tf.matMul(x, difference, true, false), tf.matMul(x, tf.mul(x, slope) as tf.Tensor2D, true, false)]
  }) as [tf.Tensor, tf.Tensor]
  const numbers = {
    gradient: Float64Array.from(await gradient.data()),
    curvature: Float64Array.from(await curvature.data()),
  }
  tf.dispose([gradient, curvature])
  return numbers
}

/** Solves matrix · x = right for a symmetric positive matrix, row by row, by elimination. */
function solved(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length
  const a = Float64Array.from(matrix)
  const x = Float64Array.from(right)
  const cell = (row: number, column: number): number => a[row * size + column] as number
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = pivot + 1; row < size; row++) {
      const factor = cell(row, pivot) / cell(pivot, pivot)
      for (let column = pivot; column < size; column++)
        a[row * size + column] = cell(row, column) - factor * cell(pivot, column)
      x[row] = (x[row] as number) - factor * (x[pivot] as number)
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    let rest = x[row] as number
    for (let column = row + 1; column < size; column++) rest -= cell(row, column) * (x[column] as number)
    x[row] = rest / cell(row, row)
  }
  return x
}
