import {expect, test} from 'vitest'
import {
  parseReplyAddress,
  replyAddressText,
} from '../../../../../src/app/service/cluster/edge/reply-address.js'
import {ReplyBoard} from '../../../../../src/app/service/cluster/edge/reply-board.js'
import type {RecordFate} from '../../../../../src/engine/operator/batch.js'

const ACCEPTED: RecordFate = {fate: 'accepted', refusal: undefined}
const LATE: RecordFate = {fate: 'late', refusal: undefined}
const LONG_MS = 10_000

test('what is told before anybody waits is not lost', async () => {
  const board = new ReplyBoard()
  const request = board.open()
  board.post(request.number, 0, ACCEPTED)
  const fates = request.fates(2, LONG_MS)
  board.post(request.number, 1, LATE)
  expect([...(await fates)]).toEqual([
    [0, ACCEPTED],
    [1, LATE],
  ])
})

test('of two answers about an input the first counts', async () => {
  const board = new ReplyBoard()
  const request = board.open()
  board.post(request.number, 0, ACCEPTED)
  board.post(request.number, 0, LATE)
  expect((await request.fates(1, LONG_MS)).get(0)).toEqual(ACCEPTED)
})

test('when time is up, what was told by then is all', async () => {
  const board = new ReplyBoard()
  const request = board.open()
  board.post(request.number, 1, ACCEPTED)
  expect([...(await request.fates(2, 1))]).toEqual([[1, ACCEPTED]])
  board.post(request.number, 0, ACCEPTED)
})

test('an address is read as it was written, and nothing else is taken for one', () => {
  const address = {process: '0123456789abcdef', kind: 'decision', request: 7, index: 3} as const
  expect(parseReplyAddress(replyAddressText(address))).toEqual(address)
  for (const text of ['', 'x', '0123456789abcdef/x7/3', '0123456789abcdef/d7/', `${'0'.repeat(17)}/d7/3`])
    expect(parseReplyAddress(text)).toBeUndefined()
})
