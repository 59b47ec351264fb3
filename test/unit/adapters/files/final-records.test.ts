import {expect, it} from 'vitest'
import {FinalRecords} from '../../../../src/adapters/files/final-records.js'
import {END_OF_TIME, type EventTime, formatTime} from '../../../../src/core/event/time.js'

interface Finding {
  readonly id: string
  readonly event_time: string
  readonly revision: number
}

const MINUTE = 60_000
const at = (ms: number) => ms as EventTime
const finding = (id: string, ms: number, revision = 0): Finding => ({
  id,
  event_time: formatTime(at(ms)),
  revision,
})

function kept(): {records: FinalRecords<Finding>; handedOut: string[]} {
  const handedOut: string[] = []
  const records = new FinalRecords<Finding>(
    ({id}) => id,
    ({id, revision}) => handedOut.push(`${id}.${revision}`),
  )
  return {records, handedOut}
}

it('records come in the order of event time and id, however they were put', () => {
  const {records, handedOut} = kept()
  records.add('d', finding('d', 3 * MINUTE))
  records.put('c', finding('c', MINUTE + 1))
  records.add('b', finding('b', MINUTE + 1))
  records.add('a', finding('a', MINUTE + 2))
  records.settle(END_OF_TIME)
  expect(handedOut).toEqual(['b.0', 'c.0', 'a.0', 'd.0'])
})

it('a minute is handed out when it has settled to its end, once', () => {
  const {records, handedOut} = kept()
  records.add('a', finding('a', MINUTE))
  records.settle(at(2 * MINUTE - 1))
  expect(handedOut).toEqual([])
  records.settle(at(2 * MINUTE))
  records.settle(END_OF_TIME)
  expect(handedOut).toEqual(['a.0'])
})

it('nothing is handed out before the beginning of time has passed', () => {
  const {records, handedOut} = kept()
  records.add('a', finding('a', -MINUTE))
  records.settle(Number.NEGATIVE_INFINITY as EventTime)
  expect(handedOut).toEqual([])
})

it('a later revision replaces an earlier one', () => {
  const {records, handedOut} = kept()
  records.add('a', finding('a', MINUTE))
  records.put('a', finding('a', MINUTE, 1))
  records.settle(END_OF_TIME)
  expect(handedOut).toEqual(['a.1'])
})

it('a revision may move a record to another time', () => {
  const {records, handedOut} = kept()
  records.add('a', finding('a', MINUTE))
  records.add('b', finding('b', 2 * MINUTE))
  records.move('a', finding('a', 3 * MINUTE, 1))
  records.settle(END_OF_TIME)
  expect(handedOut).toEqual(['b.0', 'a.1'])
})

it('a record that is removed is not handed out, and can come back', () => {
  const {records, handedOut} = kept()
  records.add('a', finding('a', MINUTE))
  records.add('b', finding('b', MINUTE))
  records.remove('a', finding('a', MINUTE, 1))
  records.remove('b', finding('b', MINUTE, 1))
  expect(records.has('b')).toBe(false)
  records.put('b', finding('b', MINUTE, 2))
  expect(records.has('b')).toBe(true)
  records.settle(END_OF_TIME)
  expect(handedOut).toEqual(['b.2'])
})
