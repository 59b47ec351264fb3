import type {MersenneTwister} from './mersenne-twister.js'

/** `RandomState.permutation`: 0..count-1, shuffled from the top (Fisher and Yates). */
export function legacyPermutation(twister: MersenneTwister, count: number): Int32Array {
  const items = new Int32Array(count).map((_, i) => i)
  for (let last = count - 1; last > 0; last--) {
    const other = upTo(twister, last)
    const moved = items[last] as number
    items[last] = items[other] as number
    items[other] = moved
  }
  return items
}

/** Uniform in 0..highest: bits that are too large are drawn again. */
function upTo(twister: MersenneTwister, highest: number): number {
  const mask = 0xffff_ffff >>> Math.clz32(highest)
  let value: number
  do value = (twister.nextUint32() & mask) >>> 0
  while (value > highest)
  return value
}
