import {expect, test} from 'vitest'
import {Readiness} from '../../../../../src/app/service/cluster/readiness.js'

const OPEN = {number: 0, reason: undefined}
const OPENING = {number: 1, reason: 'partition 1 is being opened'}

test('a worker is ready once all its partitions are open', () => {
  const readiness = new Readiness()
  expect(readiness.judge([OPEN, OPENING], [], 0)).toEqual({ready: false, reasons: [OPENING.reason]})
  expect(readiness.judge([OPEN, OPENING], [], 60_000).ready).toBe(false)
  expect(readiness.judge([OPEN], [], 60_000)).toEqual({ready: true, reasons: []})
})

test('later a partition that changes hands keeps nobody away for a while', () => {
  const readiness = new Readiness()
  readiness.judge([OPEN], [], 0)
  expect(readiness.judge([OPEN, OPENING], [], 1_000).ready).toBe(true)
  expect(readiness.judge([OPEN, OPENING], [], 10_999).ready).toBe(true)
  expect(readiness.judge([OPEN, OPENING], [], 11_000)).toEqual({ready: false, reasons: [OPENING.reason]})
})

test('each time it stands still, its time begins anew', () => {
  const readiness = new Readiness()
  readiness.judge([OPEN], [], 0)
  readiness.judge([OPENING], [], 1_000)
  readiness.judge([OPEN], [], 9_000)
  expect(readiness.judge([OPENING], [], 20_000).ready).toBe(true)
})

test('what else speaks against it counts at once', () => {
  const readiness = new Readiness()
  readiness.judge([OPEN], [], 0)
  expect(readiness.judge([OPEN], ['stopping'], 1)).toEqual({ready: false, reasons: ['stopping']})
})
