import * as tf from '@tensorflow/tfjs-core'
import type {DenseLayer, Network} from '../../core/model/network.js'
import type {FitTask, FittedEpoch} from '../../engine/port/network-trainer.js'
import {backpropagate, layerInputs, logitsOf, type NetworkTensors} from './network-tensors.js'

/** A network whose numbers the optimiser changes. */
interface Variables extends NetworkTensors {
  readonly weights: readonly tf.Variable<tf.Rank.R2>[]
  readonly biases: readonly tf.Variable<tf.Rank.R1>[]
}

/** Gradient descent by Adam on the weighted cross entropy, epoch by epoch, until whoever asks stops. */
export async function* fitNetwork(task: FitTask): AsyncGenerator<FittedEpoch, void, void> {
  const {start, epochs, batchSize, learningRate} = task
  const count = task.labels.length
  const steps = epochs * Math.ceil(count / batchSize)
  const variables = toVariables(start)
  const optimizer = new AdamOptimizer(learningRate)
  try {
    let step = 0
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = task.orderOf(epoch)
      const losses = tf.variable(tf.scalar(0))
      for (let from = 0; from < count; from += batchSize) {
        const batch = order.subarray(from, from + batchSize)
        optimizer.setLearningRate(learningRate * 0.5 * (1 + Math.cos((Math.PI * step++) / steps)))
        tf.tidy(() => losses.assign(tf.add(losses, descend(variables, task, batch, optimizer))))
      }
      const [loss] = await losses.data()
      losses.dispose()
      yield {epoch, loss: (loss as number) / count, network: await fromVariables(variables, start)}
    }
  } finally {
    optimizer.dispose()
    tf.dispose([...variables.weights, ...variables.biases])
  }
}

/** `learningRate` is protected there, and meant to be changed by those who build upon it. */
class AdamOptimizer extends tf.AdamOptimizer {
  constructor(learningRate: number) {
    super(learningRate, 0.9, 0.999, 1e-8)
  }

  setLearningRate(learningRate: number): void {
    this.learningRate = learningRate
  }
}

/** One step. Returns the sum of the losses of the batch. */
function descend(
  variables: Variables,
  task: FitTask,
  batch: Int32Array,
  optimizer: AdamOptimizer,
): tf.Scalar {
  const {rows, labels, weights} = gathered(task, batch)
  const inputs = layerInputs(variables, rows)
  const logits = logitsOf(variables, inputs)
  const byLogit = tf.div(tf.mul(tf.sub(tf.sigmoid(logits), labels), weights), batch.length) as tf.Tensor2D
  const gradients: {name: string; tensor: tf.Tensor}[] = []
  backpropagate(variables, inputs, byLogit, (layer, byOutput) => {
    const [weight, bias] = [variables.weights[layer], variables.biases[layer]] as [
      tf.Variable<tf.Rank.R2>,
      tf.Variable<tf.Rank.R1>,
    ]
    const byWeight = tf.matMul(inputs[layer] as tf.Tensor2D, byOutput, true, false)
    gradients.push({name: weight.name, tensor: tf.add(byWeight, tf.mul(weight, 2 * task.weightDecay))})
    gradients.push({name: bias.name, tensor: tf.sum(byOutput, 0)})
  })
  optimizer.applyGradients(gradients)
  return tf.sum(tf.mul(crossEntropy(logits, labels), weights))
}

/** Without overflow for logits of any size: max(z, 0) − z × label + log(1 + e^−|z|). */
function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor {
  const tail = tf.log(tf.add(tf.exp(tf.neg(tf.abs(logits))), 1))
  return tf.add(tf.sub(tf.relu(logits), tf.mul(logits, labels)), tail)
}

function gathered(task: FitTask, batch: Int32Array) {
  const width = task.rows.length / task.labels.length
  const rows = new Float32Array(batch.length * width)
  const labels = new Float32Array(batch.length)
  const weights = new Float32Array(batch.length)
  for (let at = 0; at < batch.length; at++) {
    const row = batch[at] as number
    rows.set(task.rows.subarray(row * width, (row + 1) * width), at * width)
    labels[at] = task.labels[row] as number
    weights[at] = task.weights[row] as number
  }
  return {
    rows: tf.tensor2d(rows, [batch.length, width]),
    labels: tf.tensor2d(labels, [batch.length, 1]),
    weights: tf.tensor2d(weights, [batch.length, 1]),
  }
}

function toVariables(network: Network): Variables {
  return tf.tidy(() => ({
    weights: network.map(({weights, inputs, outputs}) =>
      tf.variable(tf.tensor2d(weights, [inputs, outputs])),
    ),
    biases: network.map(({biases}) => tf.variable(tf.tensor1d(biases))),
  }))
}

function fromVariables({weights, biases}: Variables, shape: Network): Promise<DenseLayer[]> {
  return Promise.all(
    shape.map(async ({inputs, outputs}, layer) => ({
      inputs,
      outputs,
      weights: (await (weights[layer] as tf.Tensor).data()) as Float32Array,
      biases: (await (biases[layer] as tf.Tensor).data()) as Float32Array,
    })),
  )
}
