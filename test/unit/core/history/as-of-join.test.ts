import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {compareEvents} from '../../../../src/core/event/order.js'
import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import {END_OF_TIME, type EventTime} from '../../../../src/core/event/time.js'
import {locationAsOf, spanOfFix} from '../../../../src/core/history/as-of-join.js'
import {KeyHistory} from '../../../../src/core/history/key-history.js'
import {VersionedTable} from '../../../../src/core/history/versioned-table.js'
import {fix, storedEvent, transaction} from './stored-events.js'

const MAX_AGE = 100

function historyOf(events: readonly StoredEvent[]): KeyHistory {
  const history = new KeyHistory()
  for (const event of events) history.insert(event)
  return history
}

function joined(fixes: readonly StoredEvent[], time: number): string | undefined {
  return locationAsOf(historyOf(fixes), transaction(time), MAX_AGE)?.id
}

describe("a transaction's location", () => {
  it('is the newest fix at its time or before, whenever it arrived', () => {
    expect(joined([fix(10), fix(20), fix(14)], 15)).toBe('l14')
  })

  it('is a fix at exactly its time, and never a later one', () => {
    expect(joined([fix(14), fix(15), fix(16)], 15)).toBe('l15')
    expect(joined([fix(16)], 15)).toBeUndefined()
  })

  it('is the last in the total order of fixes of one time', () => {
    expect(joined([fix(15, 'b'), fix(15, 'c'), fix(15, 'a')], 15)).toBe('c')
  })

  it('is absent if the newest fix is older than the greatest age; exactly that old is used', () => {
    expect(joined([fix(15)], 15 + MAX_AGE)).toBe('l15')
    expect(joined([fix(15)], 15 + MAX_AGE + 1)).toBeUndefined()
  })

  it('is absent for a user without any fix', () => {
    expect(joined([], 15)).toBeUndefined()
  })
})

describe('the span of a fix', () => {
  it('covers every transaction that joins it', () => {
    const times = fc.uniqueArray(fc.integer({min: 0, max: 300}), {minLength: 1, maxLength: 8})
    fc.assert(
      fc.property(times, fc.integer({min: 0, max: 500}), (fixTimes, time) => {
        const history = historyOf(fixTimes.map((at) => fix(at)))
        const used = locationAsOf(history, transaction(time), MAX_AGE)
        if (used === undefined) return
        const {from, to} = spanOfFix(history, used, MAX_AGE)
        expect(from).toBeLessThanOrEqual(time)
        expect(to).toBeGreaterThanOrEqual(time)
      }),
    )
  })

  it('ends with the next fix or the greatest age, whichever is first', () => {
    const history = historyOf([fix(10), fix(50), fix(500)])
    expect(spanOfFix(history, history.series(1)!.events[0]!, MAX_AGE)).toEqual({from: 10, to: 50})
    expect(spanOfFix(history, history.series(1)!.events[1]!, MAX_AGE)).toEqual({from: 50, to: 150})
  })
})

describe('a versioned table', () => {
  const version = (time: number): StoredEvent => storedEvent('merchants', time, `m1@${time}`)

  it('knows each profile as of a time', () => {
    const table = new VersionedTable()
    for (const time of [30, 10, 20]) table.insert('m1', version(time))
    table.insert('m2', storedEvent('merchants', 5, 'm2@5'))
    const idAsOf = (id: string, time: number) => table.asOf(id, time as EventTime)?.id
    expect(idAsOf('m1', 9)).toBeUndefined()
    expect(idAsOf('m1', 10)).toBe('m1@10')
    expect(idAsOf('m1', 29)).toBe('m1@20')
    expect(idAsOf('m1', 999)).toBe('m1@30')
    expect(idAsOf('m2', 9)).toBe('m2@5')
    expect(idAsOf('m3', 9)).toBeUndefined()
    expect(table.size).toBe(2)
  })

  it('tells when the next version becomes valid', () => {
    const table = new VersionedTable()
    const [first, second] = [version(10), version(20)]
    table.insert('m1', second)
    table.insert('m1', first)
    expect(table.nextVersionTime('m1', first)).toBe(20)
    expect(table.nextVersionTime('m1', second)).toBe(END_OF_TIME)
  })

  it('agrees with a sorted list for any versions in any order', () => {
    const times = fc.uniqueArray(fc.integer({min: 0, max: 50}), {maxLength: 12})
    fc.assert(
      fc.property(times, fc.integer({min: -1, max: 51}), (valid, time) => {
        const table = new VersionedTable()
        for (const from of valid) table.insert('m1', version(from))
        const expected = valid
          .map(version)
          .sort(compareEvents)
          .filter((v) => v.time <= time)
          .at(-1)
        expect(table.asOf('m1', time as EventTime)?.id).toBe(expected?.id)
        for (const from of valid) expect(table.find('m1', `m1@${from}`)?.time).toBe(from)
      }),
    )
  })
})
