import {expect, test} from 'vitest'
import {type PartitionProgress, StallWatch} from '../../../../../src/app/service/cluster/stall-watch.js'

const LIMIT_MS = 60_000

/** A watch on partitions and a clock that the test moves. */
function watched() {
  const said: string[] = []
  const state = {now: 0, partitions: [] as PartitionProgress[]}
  const watch = new StallWatch({
    partitions: () => state.partitions,
    log: (level, message) => void said.push(`${level}: ${message}`),
    now: () => state.now,
    limitMs: LIMIT_MS,
  })
  const after = (ms: number, ...partitions: PartitionProgress[]) => {
    state.now += ms
    state.partitions = partitions
    watch.look()
  }
  return {watch, said, after}
}

test('a partition that does not get on though inputs wait is told of once, and again when it gets on', () => {
  const {watch, said, after} = watched()
  after(0, {number: 3, offset: 10, unread: 5})
  after(LIMIT_MS - 1, {number: 3, offset: 10, unread: 9})
  expect([said, watch.reasons]).toEqual([[], []])
  after(1, {number: 3, offset: 10, unread: 12})
  after(5_000, {number: 3, offset: 10, unread: 20})
  expect(said).toEqual([expect.stringMatching(/^error: partition 3 has not got on for 60 s/)])
  expect(watch.stalledPartitions).toBe(1)
  after(5_000, {number: 3, offset: 11, unread: 19})
  expect(said[1]).toBe('warn: partition 3 gets on again')
  expect(watch.reasons).toEqual([])
})

test('lag alone is no stall, and neither is silence', () => {
  const {said, after} = watched()
  for (let offset = 0; offset < 10; offset++) after(LIMIT_MS, {number: 0, offset, unread: 1_000_000})
  for (let looks = 0; looks < 10; looks++) after(LIMIT_MS, {number: 0, offset: 9, unread: 0})
  expect(said).toEqual([])
})

test('a partition that cannot be opened is told of, one that went to another worker is forgotten', () => {
  const {watch, said, after} = watched()
  after(0, {number: 1, offset: undefined, unread: 0})
  after(LIMIT_MS, {number: 1, offset: undefined, unread: 0})
  expect(said).toHaveLength(1)
  after(1_000)
  expect(watch.reasons).toEqual([])
})
