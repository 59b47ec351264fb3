import {describe, expect, it} from 'vitest'
import {MersenneTwister} from '../../../../src/simulation/handbook/mersenne-twister.js'

describe('MersenneTwister', () => {
  it('gives the 10,000th number that the C++ standard asks of mt19937', () => {
    const twister = MersenneTwister.ofSeed(5489)
    for (let n = 1; n < 10_000; n++) twister.nextUint32()
    expect(twister.nextUint32()).toBe(4_123_659_995)
  })

  it('seeded with an integer, gives what NumPy gives', () => {
    const twister = MersenneTwister.ofSeed(0)
    const words = Array.from({length: 5}, () => twister.nextUint32())
    expect(words).toEqual([2357136044, 2546248239, 3071714933, 3626093760, 2588848963])
  })

  it('seeded with a key, gives what Python gives', () => {
    const twister = MersenneTwister.ofKey([19])
    const words = Array.from({length: 4}, () => twister.nextUint32())
    expect(words).toEqual([2908233303, 185773678, 3371168582, 3845760907])
  })

  it('seeded with a longer key, gives what its authors published', () => {
    const twister = MersenneTwister.ofKey([0x123, 0x234, 0x345, 0x456])
    const words = Array.from({length: 5}, () => twister.nextUint32())
    expect(words).toEqual([1067595299, 955945823, 477289528, 4107218783, 4228976476])
  })

  it('makes doubles of 53 bits', () => {
    const twister = MersenneTwister.ofSeed(0)
    const doubles = Array.from({length: 4}, () => twister.nextDouble())
    expect(doubles).toEqual([0.5488135039273248, 0.7151893663724195, 0.6027633760716439, 0.5448831829968969])
  })
})
