import fc from 'fast-check'
import {expect, test} from 'vitest'
import {Pairing, type Side} from '../../../../src/core/comparison/pairing.js'

interface Note {
  readonly name: string
  readonly time: number
}

/** Puts the records of both sides in the order of time, as reading two sorted files does. */
function paired(a: readonly Note[], b: readonly Note[], spread = 0) {
  const pairs: [a: number | undefined, b: number | undefined][] = []
  const pairing = new Pairing<Note>({
    identityOf: ({name}) => name,
    spread,
    emit: (ofA, ofB) => pairs.push([ofA?.time, ofB?.time]),
  })
  const times = [...new Set([...a, ...b].map(({time}) => time))].sort((x, y) => x - y)
  for (const now of times) {
    pairing.settle(now - 1)
    for (const [side, notes] of [['a', a] as const, ['b', b] as const] satisfies [Side, readonly Note[]][])
      for (const note of notes) if (note.time === now) pairing.put(side, note, now)
  }
  pairing.settle(Number.POSITIVE_INFINITY)
  return pairs
}

const at = (time: number, name: string): Note => ({name, time})

test('records of one identity and time are a pair, whatever stands between them', () => {
  expect(paired([at(1, 'x'), at(1, 'y')], [at(1, 'y'), at(1, 'x')])).toEqual([
    [1, 1],
    [1, 1],
  ])
})

test('what only one side has is told alone, in the order of time', () => {
  expect(paired([at(1, 'x'), at(3, 'z')], [at(2, 'y')])).toEqual([
    [1, undefined],
    [undefined, 2],
    [3, undefined],
  ])
})

test('a counterpart exactly the spread later is a pair; 1 ms later it is none', () => {
  expect(paired([at(0, 'x')], [at(10, 'x')], 10)).toEqual([[0, 10]])
  expect(paired([at(0, 'x')], [at(11, 'x')], 10)).toEqual([
    [0, undefined],
    [undefined, 11],
  ])
})

test('a record that one side has twice has one counterpart', () => {
  expect(paired([at(1, 'x'), at(1, 'x')], [at(1, 'x')])).toEqual([
    [1, undefined],
    [1, 1],
  ])
})

test('with a spread that covers all, each identity of both sides is told once', () => {
  const side = fc.uniqueArray(fc.record({name: fc.constantFrom(...'abcdefgh'), time: fc.nat(50)}), {
    selector: ({name}) => name,
  })
  fc.assert(
    fc.property(side, side, (a, b) => {
      const pairs = paired(a, b, 50)
      const both = a.filter(({name}) => b.some((other) => other.name === name)).length
      expect(pairs).toHaveLength(a.length + b.length - both)
      expect(pairs.filter(([ofA, ofB]) => ofA !== undefined && ofB !== undefined)).toHaveLength(both)
    }),
  )
})
