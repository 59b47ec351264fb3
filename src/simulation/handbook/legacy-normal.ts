import type {MersenneTwister} from './mersenne-twister.js'

/**
 * `RandomState.normal`: Marsaglia's polar method. Two values come of one pair of uniforms; the second is kept for
 * the next call. `Math.log` may differ from the C library's in the last bit; that is lost where values are rounded.
 */
export class LegacyNormal {
  private spare = Number.NaN

  constructor(private readonly twister: MersenneTwister) {}

  next(mean: number, deviation: number): number {
    return mean + deviation * this.standard()
  }

  private standard(): number {
    const {spare} = this
    if (!Number.isNaN(spare)) {
      this.spare = Number.NaN
      return spare
    }
    let x: number
    let y: number
    let square: number
    do {
      x = 2 * this.twister.nextDouble() - 1
      y = 2 * this.twister.nextDouble() - 1
      square = x * x + y * y
    } while (square >= 1 || square === 0)
    const factor = Math.sqrt((-2 * Math.log(square)) / square)
    this.spare = factor * x
    return factor * y
  }
}
