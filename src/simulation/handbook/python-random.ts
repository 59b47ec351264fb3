import {MersenneTwister} from './mersenne-twister.js'

/** Python's `random.Random`, seeded with an integer below 2^32. */
export class PythonRandom {
  private readonly twister: MersenneTwister

  constructor(seed: number) {
    this.twister = MersenneTwister.ofKey([seed])
  }

  /** `randrange(count)`, for counts of 1..2^31: as many bits as the count has, drawn again while too large. */
  below(count: number): number {
    const shift = Math.clz32(count)
    let value: number
    do value = this.twister.nextUint32() >>> shift
    while (value >= count)
    return value
  }

  /** `choice`. The items are not empty. */
  choice(items: Int32Array): number {
    return items[this.below(items.length)] as number
  }

  /** `sample`: different items in the order drawn. Python takes from a pool or remembers in a set, by size. */
  sample(items: Int32Array, size: number): Int32Array {
    return items.length <= setSize(size) ? this.fromPool(items, size) : this.bySet(items, size)
  }

  private fromPool(items: Int32Array, size: number): Int32Array {
    const pool = items.slice()
    return new Int32Array(size).map((_, taken) => {
      const left = pool.length - taken
      const at = this.below(left)
      const item = pool[at] as number
      pool[at] = pool[left - 1] as number
      return item
    })
  }

  private bySet(items: Int32Array, size: number): Int32Array {
    const selected = new Set<number>()
    return new Int32Array(size).map(() => {
      let at: number
      do at = this.below(items.length)
      while (selected.has(at))
      selected.add(at)
      return items[at] as number
    })
  }
}

/** What Python takes for the size of a set: 21, and for more than 5 items the next power of 4 from 3 × size. */
function setSize(size: number): number {
  if (size <= 5) return 21
  let table = 1
  while (table < 3 * size) table *= 4
  return 21 + table
}
