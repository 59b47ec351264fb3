import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type Member, sharePartitions} from '../../../../src/adapters/kafka/co-partition.js'

const member = (id: string, owned: readonly number[] = []): Member => ({id, owned})
const plain = (members: readonly Member[], count: number) =>
  Object.fromEntries(sharePartitions(members, count))

describe('partitions are shared out', () => {
  it('evenly among those who come new', () => {
    expect(plain([member('b'), member('a')], 4)).toEqual({a: [0, 2], b: [1, 3]})
  })

  it('so that a member keeps what it had, up to its share', () => {
    expect(plain([member('a', [0, 1, 2, 3]), member('b')], 4)).toEqual({a: [0, 1], b: [2, 3]})
  })

  it('so that those who stay keep theirs when one leaves', () => {
    const shares = plain([member('a', [0, 3]), member('c', [1])], 4)
    expect(shares.a).toEqual([0, 3])
    expect(shares.c).toEqual([1, 2])
  })

  it('so that a member too many has none', () => {
    expect(plain([member('a', [0]), member('b', [1]), member('c')], 2)).toEqual({a: [0], b: [1], c: []})
  })

  it('to one of two who both claim a partition', () => {
    expect(plain([member('a', [0]), member('b', [0])], 2)).toEqual({a: [0], b: [1]})
  })

  it('passing over claims to partitions that there are not', () => {
    expect(plain([member('a', [7, -1])], 2)).toEqual({a: [0, 1]})
  })
})

const members = fc
  .uniqueArray(fc.tuple(fc.uuid(), fc.uniqueArray(fc.nat(15))), {
    minLength: 1,
    maxLength: 6,
    selector: ([id]) => id,
  })
  .map((all) => all.map(([id, owned]) => member(id, owned)))

it('each partition goes to exactly one member, and nobody has two more than another', () => {
  fc.assert(
    fc.property(members, fc.integer({min: 1, max: 16}), (all, count) => {
      const shares = [...sharePartitions(all, count).values()]
      expect(shares.flat().sort((a, b) => a - b)).toEqual(Array.from({length: count}, (_, i) => i))
      const sizes = shares.map(({length}) => length)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
  )
})

it('nothing moves when nobody came or left', () => {
  fc.assert(
    fc.property(members, fc.integer({min: 1, max: 16}), (all, count) => {
      const before = sharePartitions(all, count)
      const again = sharePartitions(
        all.map(({id}) => member(id, before.get(id) ?? [])),
        count,
      )
      expect(again).toEqual(before)
    }),
  )
})
