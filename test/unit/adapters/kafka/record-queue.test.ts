import type {KafkaMessage} from 'kafkajs'
import {describe, expect, it} from 'vitest'
import {RecordQueue} from '../../../../src/adapters/kafka/record-queue.js'
import type {WallTime} from '../../../../src/core/event/time.js'

const INPUT = {topic: 'shop.transactions', stream: 'transactions', isBroadcast: false}
const ASKED = 1_000 as WallTime

function begun(position: number | undefined, first: number, end: number): RecordQueue {
  const queue = new RecordQueue(INPUT, 3)
  queue.begin(position, first, end, ASKED)
  return queue
}

function fetched(from: number, to: number, end = to) {
  const offsets = Array.from({length: to - from}, (_, i) => from + i)
  return {from, to, end, messages: offsets.map(message)}
}

function message(offset: number): KafkaMessage {
  const value = Buffer.from(`record ${offset}`)
  return {key: null, value, timestamp: '0', attributes: 0, offset: String(offset), headers: {}}
}

function takeAll(queue: RecordQueue): number[] {
  const offsets: number[] = []
  while (queue.first !== undefined) offsets.push(Number(queue.take().offset))
  return offsets
}

describe('what was read of a topic', () => {
  it('begins at the position that was stored, or at the first record that there is', () => {
    expect(begun(7, 2, 9).wanted).toBe(7)
    expect(begun(undefined, 2, 9).wanted).toBe(2)
  })

  it('is refused where the position is not on the log', () => {
    expect(() => begun(1, 2, 9)).toThrow(
      'offset 1 is not on shop.transactions partition 3, which holds 2 to 9',
    )
    expect(() => begun(10, 2, 9)).toThrow('offset 10 is not on')
  })

  it('leaves out what came before', () => {
    const queue = begun(5, 0, 8)
    expect(queue.offer(fetched(3, 8))).toBe(true)
    expect(queue.offer(fetched(3, 8))).toBe(true)
    expect(takeAll(queue)).toEqual([5, 6, 7])
    expect(queue.position).toBe(8)
  })

  it('takes nothing where records between were passed over, and says so', () => {
    const queue = begun(5, 0, 20)
    expect(queue.offer(fetched(6, 8))).toBe(false)
    expect(takeAll(queue)).toEqual([])
    expect(queue.wanted).toBe(5)
  })

  it('goes on behind places that hold no record', () => {
    const queue = begun(0, 0, 5)
    queue.offer({from: 0, to: 5, end: 5, messages: [message(1)]})
    expect(takeAll(queue)).toEqual([1])
    expect([queue.wanted, queue.isBehind]).toEqual([5, false])
  })

  it('is behind while the log has more than came, and knows until when it was empty', () => {
    const queue = begun(0, 0, 3)
    expect([queue.isBehind, queue.emptyAt]).toEqual([true, undefined])
    queue.offer(fetched(0, 3))
    expect(queue.emptyAt).toBeUndefined()
    takeAll(queue)
    expect([queue.isBehind, queue.emptyAt]).toEqual([false, ASKED])
    queue.sawEnd(4, 2_000 as WallTime)
    expect([queue.isBehind, queue.emptyAt]).toEqual([true, undefined])
  })

  it('is full at its limit, and has room again when half of it is taken', () => {
    const queue = begun(0, 0, 4_096)
    queue.offer(fetched(0, 4_096))
    expect(queue.isFull).toBe(true)
    for (let i = 0; i < 2_047; i++) queue.take()
    expect(queue.isHalfEmpty).toBe(false)
    queue.take()
    expect([queue.isFull, queue.isHalfEmpty]).toEqual([false, true])
  })

  it('is read up to where it is told, however much there is, and asks for nothing after that', () => {
    const queue = new RecordQueue(INPUT, 3, 6)
    queue.begin(undefined, 0, 9, ASKED)
    expect(queue.offer(fetched(0, 4, 9))).toBe(true)
    expect(queue.isExhausted).toBe(false)
    expect(queue.offer(fetched(4, 9))).toBe(true)
    expect(queue.offer(fetched(9, 12))).toBe(true)
    expect(takeAll(queue)).toEqual([0, 1, 2, 3, 4, 5])
    expect([queue.isExhausted, queue.isBehind, queue.unread]).toEqual([true, false, 0])
  })

  it('is at its end though the last records before it were compacted away', () => {
    const queue = new RecordQueue(INPUT, 3, 6)
    queue.begin(undefined, 0, 9, ASKED)
    queue.offer({from: 0, to: 9, end: 9, messages: [message(2), message(8)]})
    expect(takeAll(queue)).toEqual([2])
    expect(queue.isExhausted).toBe(true)
  })
})
