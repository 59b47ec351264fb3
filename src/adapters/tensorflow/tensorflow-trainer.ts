import type {Network} from '../../core/model/network.js'
import type {FitTask, FittedEpoch, LabelledRows, NetworkTrainer} from '../../engine/port/network-trainer.js'
import {fitLogisticRegression} from './fit-logistic-regression.js'
import {fitNetwork} from './fit-network.js'
import {meanLogits} from './mean-logits.js'
import {disposeTensors, toTensors} from './network-tensors.js'

/** The arithmetic of learning on TensorFlow.js, whose backend has been chosen. */
export class TensorflowTrainer implements NetworkTrainer {
  fit(task: FitTask): AsyncIterable<FittedEpoch> {
    return fitNetwork(task)
  }

  fitLogisticRegression(data: LabelledRows, inversePenalty: number): Promise<Network> {
    return fitLogisticRegression(data, inversePenalty)
  }

  async logits(networks: readonly Network[], rows: Float32Array): Promise<Float32Array> {
    const width = networks[0]?.[0]?.inputs ?? 0
    if (rows.length === 0) return new Float32Array(0)
    const tensors = networks.map(toTensors)
    try {
      return await meanLogits(tensors, rows, rows.length / width)
    } finally {
      for (const each of tensors) disposeTensors(each)
    }
  }
}
