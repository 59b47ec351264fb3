import type {MersenneTwister} from './mersenne-twister.js'

/** `RandomState.uniform`: in [low, high). */
export function legacyUniform(twister: MersenneTwister, low: number, high: number): number {
  return low + (high - low) * twister.nextDouble()
}
