const SIZE = 624
const MIDDLE = 397
const UPPER_BIT = 0x8000_0000
const LOWER_BITS = 0x7fff_ffff
const TWIST = 0x9908_b0df

/**
 * MT19937, the generator of NumPy's `RandomState` and of Python's `random`
 * (Matsumoto and Nishimura, ACM TOMACS 8(1), 1998; seeding as in their version of 2002).
 */
export class MersenneTwister {
  private readonly words = new Int32Array(SIZE)
  private at = SIZE

  private constructor() {}

  /** `init_genrand`, as NumPy seeds with an integer below 2^32. */
  static ofSeed(seed: number): MersenneTwister {
    const twister = new MersenneTwister()
    const {words} = twister
    words[0] = seed
    for (let i = 1; i < SIZE; i++) words[i] = Math.imul(mixed(words, i), 1_812_433_253) + i
    return twister
  }

  /** `init_by_array`, as Python seeds with an integer: its 32-bit digits, the lowest first. */
  static ofKey(key: readonly number[]): MersenneTwister {
    const twister = MersenneTwister.ofSeed(19_650_218)
    const {words} = twister
    let i = 1
    const step = (): void => {
      if (++i < SIZE) return
      words[0] = words[SIZE - 1] as number
      i = 1
    }
    for (let count = 0; count < Math.max(SIZE, key.length); count++) {
      const digit = count % key.length
      words[i] =
        ((words[i] as number) ^ Math.imul(mixed(words, i), 1_664_525)) + (key[digit] as number) + digit
      step()
    }
    for (let count = 0; count < SIZE - 1; count++) {
      words[i] = ((words[i] as number) ^ Math.imul(mixed(words, i), 1_566_083_941)) - i
      step()
    }
    words[0] = UPPER_BIT
    return twister
  }

  /** Uniform in 0..2^32-1. */
  nextUint32(): number {
    if (this.at === SIZE) this.twist()
    let word = this.words[this.at++] as number
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c_5680
    word ^= (word << 15) & 0xefc6_0000
    return (word ^ (word >>> 18)) >>> 0
  }

  /** Uniform in [0, 1), with 53 bits of two words. */
  nextDouble(): number {
    const high = this.nextUint32() >>> 5
    const low = this.nextUint32() >>> 6
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000
  }

  private twist(): void {
    const {words} = this
    for (let i = 0; i < SIZE; i++) {
      const joined = ((words[i] as number) & UPPER_BIT) | ((words[(i + 1) % SIZE] as number) & LOWER_BITS)
      words[i] = (words[(i + MIDDLE) % SIZE] as number) ^ (joined >>> 1) ^ (joined & 1 ? TWIST : 0)
    }
    this.at = 0
  }
}

function mixed(words: Int32Array, i: number): number {
  const previous = words[i - 1] as number
  return previous ^ (previous >>> 30)
}
