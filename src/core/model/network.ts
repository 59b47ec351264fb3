/** A layer: outputs = inputs · weights + biases. */
export interface DenseLayer {
  readonly inputs: number
  readonly outputs: number
  /** Input by input: inputs × outputs. */
  readonly weights: Float32Array
  readonly biases: Float32Array
}

/** Layers, each but the last followed by max(0, x); the last has one output, the logit. */
export type Network = readonly DenseLayer[]

/** The widths from the input to the one output: 40, 64, 32, 1. A logistic regression has two. */
export type NetworkWidths = readonly number[]

export function widthsOf(network: Network): NetworkWidths {
  return [network[0]?.inputs ?? 0, ...network.map(({outputs}) => outputs)]
}

/** How many numbers a network of these widths consists of. */
export function countWeights(widths: NetworkWidths): number {
  let count = 0
  for (let at = 1; at < widths.length; at++)
    count += ((widths[at - 1] as number) + 1) * (widths[at] as number)
  return count
}

/** All numbers of networks in a row: layer by layer, weights before biases. */
export function packNetworks(networks: readonly Network[]): Float32Array {
  const packed = new Float32Array(networks.reduce((sum, network) => sum + countWeights(widthsOf(network)), 0))
  let at = 0
  for (const {weights, biases} of networks.flat()) {
    packed.set(weights, at)
    packed.set(biases, at + weights.length)
    at += weights.length + biases.length
  }
  return packed
}

/** The networks that `packNetworks` packed. Throws a RangeError where the numbers are too many or too few. */
export function unpackNetworks(widths: readonly NetworkWidths[], packed: Float32Array): Network[] {
  const wanted = widths.reduce((sum, each) => sum + countWeights(each), 0)
  if (packed.length !== wanted)
    throw new RangeError(`networks of this shape have ${wanted} weights, not ${packed.length}`)
  let at = 0
  const take = (count: number): Float32Array => {
    at += count
    return packed.slice(at - count, at)
  }
  return widths.map((each) =>
    each.slice(1).map((outputs, layer) => {
      const inputs = each[layer] as number
      return {inputs, outputs, weights: take(inputs * outputs), biases: take(outputs)}
    }),
  )
}
