import {legacyUniform} from './legacy-uniform.js'
import {MersenneTwister} from './mersenne-twister.js'

/** How a customer spends, and where: x and y on a square of 100 by 100. */
export interface Customer {
  /** 0, 1, 2 … */
  readonly id: number
  readonly x: number
  readonly y: number
  /** The standard deviation is half of it. */
  readonly meanAmount: number
  /** Mean. */
  readonly transactionsPerDay: number
}

const SEED = 0

/** The first customers of the data set: the same whatever their number. */
export function customers(count: number): readonly Customer[] {
  const twister = MersenneTwister.ofSeed(SEED)
  return Array.from({length: count}, (_, id) => ({
    id,
    x: legacyUniform(twister, 0, 100),
    y: legacyUniform(twister, 0, 100),
    meanAmount: legacyUniform(twister, 5, 100),
    transactionsPerDay: legacyUniform(twister, 0, 4),
  }))
}
