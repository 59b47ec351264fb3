import type {MersenneTwister} from './mersenne-twister.js'

/**
 * `RandomState.poisson` for means below 10: uniforms are multiplied until the product falls below e^-mean (Knuth).
 * A mean of 0 draws nothing.
 */
export function legacyPoisson(twister: MersenneTwister, mean: number): number {
  if (mean === 0) return 0
  const limit = Math.exp(-mean)
  let count = 0
  let product = twister.nextDouble()
  while (product > limit) {
    count++
    product *= twister.nextDouble()
  }
  return count
}
