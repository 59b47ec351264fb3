import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {EventTime} from '../../../../src/core/event/time.js'
import {DeadlineIndex} from '../../../../src/engine/stage/deadline-index.js'

const at = (ms: number): EventTime => ms as EventTime

describe('a key is due', () => {
  it('when time reaches its deadline exactly, and not 1 ms before', () => {
    const index = new DeadlineIndex()
    index.set('u1', at(60_000))
    expect(index.due(at(59_999), 10)).toEqual([])
    expect(index.due(at(60_000), 10)).toEqual(['u1'])
  })

  it('by the last deadline that was set, and never once it is deleted', () => {
    const index = new DeadlineIndex()
    index.set('u1', at(1_000))
    index.set('u1', at(500_000))
    expect(index.due(at(1_000), 10)).toEqual([])
    index.delete('u1')
    expect(index.due(at(600_000), 10)).toEqual([])
    expect(index.size).toBe(0)
  })
})

it('gives no more keys than asked for, and the others the next time', () => {
  const index = new DeadlineIndex()
  for (let i = 0; i < 5; i++) index.set(`u${i}`, at(i))
  const first = index.due(at(10), 3)
  expect(first).toHaveLength(3)
  for (const key of first) index.delete(key)
  expect(new Set([...first, ...index.due(at(10), 3)])).toEqual(new Set(['u0', 'u1', 'u2', 'u3', 'u4']))
})

it('agrees with a look at all deadlines after any changes', () => {
  const change = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    deadline: fc.option(fc.integer({min: -200_000, max: 200_000}), {nil: undefined}),
    upTo: fc.integer({min: -200_000, max: 200_000}),
  })
  fc.assert(
    fc.property(fc.array(change, {maxLength: 30}), (changes) => {
      const index = new DeadlineIndex()
      const all = new Map<string, number>()
      for (const {key, deadline, upTo} of changes) {
        if (deadline === undefined) {
          index.delete(key)
          all.delete(key)
        } else {
          index.set(key, at(deadline))
          all.set(key, deadline)
        }
        const due = [...all].filter(([, time]) => time <= upTo).map(([name]) => name)
        expect(new Set(index.due(at(upTo), 100))).toEqual(new Set(due))
        expect(index.earliest).toBe(Math.min(...all.values()))
      }
    }),
  )
})
