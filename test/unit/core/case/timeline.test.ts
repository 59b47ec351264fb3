import {expect, test} from 'vitest'
import {around, type TimelineEvent} from '../../../../src/core/case/timeline.js'

const events: readonly TimelineEvent[] = Array.from({length: 300}, (_, i) => {
  return {stream: 'transactions', id: `t${i}`, event_time: '2026-01-01T00:00:00.000Z', fields: {}}
})
const idsAround = (id: string, stream = 'transactions') => {
  const shown = around(events, {stream, id})
  return [shown.length, shown[0]?.id, shown.at(-1)?.id]
}

test('a timeline shows what is around an event: twenty after it, and up to a hundred in all', () => {
  expect(idsAround('t150')).toEqual([100, 't71', 't170'])
})

test('at the ends it shows what there is', () => {
  expect(idsAround('t3')).toEqual([24, 't0', 't23'])
  expect(idsAround('t299')).toEqual([100, 't200', 't299'])
})

test('of an event that is not kept, or of another stream, it shows the newest', () => {
  expect(idsAround('gone')).toEqual([100, 't200', 't299'])
  expect(idsAround('t150', 'locations')).toEqual([100, 't200', 't299'])
  expect(around([], {stream: 'transactions', id: 't1'})).toEqual([])
})
