/**
 * Random numbers that a seed fixes for ever: the same (seed, label) gives the same sequence everywhere.
 * The generator is sfc32 (Doty-Humphrey, PractRand); labels give independent sequences of one seed.
 */
export class SeededRandom {
  private a: number
  private b: number
  private c: number
  private counter = 1
  private spareNormal = Number.NaN

  constructor(seed: number, label: string) {
    this.a = hashText(label)
    this.b = seed | 0
    this.c = Math.floor(seed / 0x1_0000_0000) | 0
    for (let round = 0; round < 12; round++) this.next()
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return (sum >>> 0) / 0x1_0000_0000
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + this.next() * (high - low)
  }

  /** Uniform integer in 0..count-1. */
  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  /** Uniform integer in low..high, both included. */
  integer(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  /** Mean 1. */
  exponential(): number {
    return -Math.log(1 - this.next())
  }

  /** Mean 0, standard deviation 1 (Box and Muller). */
  normal(): number {
    const spare = this.spareNormal
    if (!Number.isNaN(spare)) {
      this.spareNormal = Number.NaN
      return spare
    }
    const radius = Math.sqrt(2 * this.exponential())
    const angle = 2 * Math.PI * this.next()
    this.spareNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal())
  }

  /** 0..count-1 with popularity falling as 1 / (rank + 1), approximately: Zipf's law. */
  zipf(count: number): number {
    return Math.min(count - 1, Math.floor((count + 1) ** this.next()) - 1)
  }

  /** An index into `cumulative`, which rises to its last entry. */
  weighted(cumulative: readonly number[]): number {
    const at = this.next() * (cumulative[cumulative.length - 1] as number)
    let index = 0
    while (index < cumulative.length - 1 && at >= (cumulative[index] as number)) index++
    return index
  }
}

/** Running sums, as `weighted` wants them. */
export function cumulate(weights: readonly number[]): number[] {
  let sum = 0
  return weights.map((weight) => {
    sum += weight
    return sum
  })
}

/** FNV-1a, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash | 0
}
