import type {Customer} from './customer.js'
import {legacyUniform} from './legacy-uniform.js'
import {MersenneTwister} from './mersenne-twister.js'

/** Where the terminals stand, by id, on the customers' square. */
export interface Terminals {
  readonly x: Float64Array
  readonly y: Float64Array
}

const SEED = 1
/** A customer pays only at terminals nearer than this. */
const RADIUS = 5

export function terminals(count: number): Terminals {
  const twister = MersenneTwister.ofSeed(SEED)
  const x = new Float64Array(count)
  const y = new Float64Array(count)
  for (let id = 0; id < count; id++) {
    x[id] = legacyUniform(twister, 0, 100)
    y[id] = legacyUniform(twister, 0, 100)
  }
  return {x, y}
}

/** The ids of the terminals that a customer pays at, ascending. */
export function terminalsNear(customer: Customer, {x, y}: Terminals): Int32Array {
  const near: number[] = []
  for (let id = 0; id < x.length; id++) {
    const dx = customer.x - (x[id] as number)
    const dy = customer.y - (y[id] as number)
    if (Math.sqrt(dx * dx + dy * dy) < RADIUS) near.push(id)
  }
  return Int32Array.from(near)
}
