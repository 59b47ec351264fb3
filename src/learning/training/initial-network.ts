import type {DenseLayer, Network} from '../../core/model/network.js'
import {SeededRandom} from '../../simulation/seeded-random.js'

/** A network to begin with: normal weights of variance 2 / inputs (He 2015), 1 / inputs at the end; biases 0. */
export function initialNetwork(widths: readonly number[], seed: number): Network {
  const random = new SeededRandom(seed, 'initial weights')
  return widths.slice(1).map((outputs, layer): DenseLayer => {
    const inputs = widths[layer] as number
    const isLast = layer === widths.length - 2
    const spread = Math.sqrt((isLast ? 1 : 2) / inputs)
    return {
      inputs,
      outputs,
      weights: Float32Array.from({length: inputs * outputs}, () => spread * random.normal()),
      biases: new Float32Array(outputs),
    }
  })
}
