import {legacyPermutation} from './legacy-permutation.js'
import {MersenneTwister} from './mersenne-twister.js'

/** `Series(range(count)).sample(n=size, random_state=seed)`: the first of a permutation, in its order. */
export function pandasSample(count: number, size: number, seed: number): Int32Array {
  return legacyPermutation(MersenneTwister.ofSeed(seed), count).subarray(0, size)
}
