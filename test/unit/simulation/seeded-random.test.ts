import {describe, expect, it} from 'vitest'
import {SeededRandom} from '../../../src/simulation/seeded-random.js'

describe('SeededRandom', () => {
  it('repeats itself for one seed and label, and for no other', () => {
    const draw = (seed: number, label: string) => {
      const random = new SeededRandom(seed, label)
      return Array.from({length: 5}, () => random.next())
    }
    expect(draw(7, 'a')).toEqual(draw(7, 'a'))
    expect(draw(7, 'b')).not.toEqual(draw(7, 'a'))
    expect(draw(8, 'a')).not.toEqual(draw(7, 'a'))
    expect(draw(7 + 2 ** 32, 'a')).not.toEqual(draw(7, 'a'))
  })

  it('is uniform, normal and exponential to a hundredth', () => {
    const random = new SeededRandom(1, 'moments')
    const mean = (draw: () => number) => {
      let sum = 0
      for (let n = 0; n < 200_000; n++) sum += draw()
      return sum / 200_000
    }
    expect(mean(() => random.next())).toBeCloseTo(0.5, 2)
    expect(mean(() => random.normal())).toBeCloseTo(0, 1)
    expect(mean(() => random.normal() ** 2)).toBeCloseTo(1, 1)
    expect(mean(() => random.exponential())).toBeCloseTo(1, 1)
  })

  it('draws ranks by popularity, within the range', () => {
    const random = new SeededRandom(1, 'ranks')
    const counts = [0, 0, 0, 0, 0]
    for (let n = 0; n < 10_000; n++) {
      const rank = random.zipf(5)
      counts[rank] = (counts[rank] as number) + 1
    }
    expect(counts).toHaveLength(5)
    expect(counts).toEqual([...counts].sort((a, b) => b - a))
    expect(counts[4]).toBeGreaterThan(0)
  })
})
