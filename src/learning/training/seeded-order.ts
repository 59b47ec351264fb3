import {SeededRandom} from '../../simulation/seeded-random.js'

/** The order in which each epoch takes the rows: all of them, shuffled as the seed says. */
export function seededOrder(count: number, seed: number): (epoch: number) => Int32Array {
  return (epoch) => {
    const random = new SeededRandom(seed, `order of epoch ${epoch}`)
    const order = Int32Array.from({length: count}, (_, row) => row)
    for (let at = count - 1; at > 0; at--) {
      const other = random.below(at + 1)
      const row = order[at] as number
      order[at] = order[other] as number
      order[other] = row
    }
    return order
  }
}
