import {describe, expect, it} from 'vitest'
import type {EventTime, WallTime} from '../../../../src/core/event/time.js'
import {
  advanceWatermark,
  beginPartitionTime,
  endInput,
  isFromTheFuture,
  isLate,
  observeAccepted,
  observeRecord,
  observeSilence,
  type PartitionTime,
  resolvedUpTo,
  type TimeSettings,
} from '../../../../src/core/watermark/watermark.js'

const SETTINGS: TimeSettings = {
  outOfOrderness: 5_000,
  allowedLateness: 600_000,
  idleTimeout: 30_000,
  maxFutureSkew: 300_000,
  dedupRetention: 86_400_000,
}

const wall = (ms: number): WallTime => ms as WallTime
const at = (ms: number): EventTime => ms as EventTime

/** A partition that was begun at wall time 0, after events as [input, event time, wall time]. */
function partitionAfter(...events: readonly (readonly [string, number, number])[]): PartitionTime {
  const time = beginPartitionTime(wall(0), ['transactions', 'locations'])
  for (const event of events) bring(time, ...event)
  return time
}

function bring(time: PartitionTime, stream: string, eventTime: number, wallTime: number): void {
  observeRecord(time, stream, wall(wallTime))
  observeAccepted(time, stream, at(eventTime))
  advanceWatermark(time, SETTINGS)
}

function passes(time: PartitionTime, wallTime: number): void {
  time.wall = wall(wallTime)
  advanceWatermark(time, SETTINGS)
}

describe('the watermark', () => {
  it('is the least newest event time of the inputs, less the out-of-orderness, less 1 ms', () => {
    expect(partitionAfter(['transactions', 100_000, 0], ['locations', 90_000, 0]).watermark).toBe(
      90_000 - 5_000 - 1,
    )
    expect(partitionAfter(['transactions', 80_000, 0], ['locations', 90_000, 0]).watermark).toBe(
      80_000 - 5_000 - 1,
    )
  })

  it('waits for an input that has brought nothing', () => {
    expect(partitionAfter(['transactions', 100_000, 0]).watermark).toBeNull()
  })

  it('follows the newest event of an input, in whatever order they come', () => {
    const time = partitionAfter(['locations', 100_000, 0], ['transactions', 100_000, 0])
    bring(time, 'transactions', 40_000, 0)
    expect(time.watermark).toBe(94_999)
  })

  it('never goes back, also when an input that was idle comes with older events', () => {
    const time = partitionAfter(['transactions', 100_000, 0], ['transactions', 130_000, 30_000])
    expect(time.watermark).toBe(124_999)
    bring(time, 'locations', 50_000, 30_000)
    expect(time.watermark).toBe(124_999)
    bring(time, 'transactions', 900_000, 30_000)
    expect(time.watermark).toBe(124_999)
  })

  it('leaves an input out that brought nothing for the idle timeout, and not 1 ms earlier', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 10])
    passes(time, 29_999)
    expect(time.watermark).toBe(4_999)
    passes(time, 30_000)
    expect(time.watermark).toBe(94_999)
  })

  it('takes an idle input in again when it brings something', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 30_000])
    bring(time, 'locations', 101_000, 31_000)
    bring(time, 'transactions', 900_000, 32_000)
    expect(time.watermark).toBe(95_999)
  })

  it('stays where it is while all inputs are idle', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 0])
    passes(time, 500_000)
    expect(time.watermark).toBe(4_999)
  })

  it('is not moved by other streams', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 0])
    bring(time, 'merchants', 1_000, 0)
    bring(time, 'feedback', 9_000_000, 0)
    expect(time.watermark).toBe(4_999)
  })
})

describe('an input', () => {
  it('is not idle while it brings records that are refused', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 0])
    observeRecord(time, 'locations', wall(29_000))
    bring(time, 'transactions', 200_000, 40_000)
    expect(time.watermark).toBe(4_999)
  })

  it('is as far as the wall clock ever stood: a clock that goes back changes nothing', () => {
    const time = partitionAfter(['transactions', 100_000, 50_000])
    observeRecord(time, 'locations', wall(20_000))
    expect(time.wall).toBe(50_000)
  })
})

describe('deadlines are reached', () => {
  it('by the watermark', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 0])
    expect(resolvedUpTo(time)).toBe(4_999)
  })

  it('by the wall clock less the idle timeout while all inputs are silent, which moves no watermark', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 20_000])
    observeSilence(time, wall(49_999), SETTINGS)
    expect(resolvedUpTo(time)).toBe(4_999)
    observeSilence(time, wall(50_000), SETTINGS)
    expect(resolvedUpTo(time)).toBe(20_000)
    expect(time.watermark).toBe(4_999)
  })

  it('by the arrivals of other streams while the inputs are silent', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 0])
    bring(time, 'merchants', 1_000, 90_000)
    expect(resolvedUpTo(time)).toBe(60_000)
  })

  it('never back', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 0])
    observeSilence(time, wall(500_000), SETTINGS)
    bring(time, 'transactions', 200_000, 500_000)
    bring(time, 'locations', 200_000, 500_000)
    expect(resolvedUpTo(time)).toBe(470_000)
  })

  it('at the end of the input, all of them', () => {
    const time = partitionAfter(['locations', 10_000, 0], ['transactions', 100_000, 0])
    endInput(time)
    expect(resolvedUpTo(time)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('an event is late', () => {
  it('exactly the allowed lateness behind the watermark, and not 1 ms later', () => {
    const watermark = at(1_000_000)
    expect(isLate(at(400_000), watermark, SETTINGS)).toBe(true)
    expect(isLate(at(400_001), watermark, SETTINGS)).toBe(false)
  })

  it('never while there is no watermark', () => {
    expect(isLate(at(-62_135_596_800_000), at(Number.NEGATIVE_INFINITY), SETTINGS)).toBe(false)
  })
})

it('an event is from the future 1 ms beyond the skew, and not exactly at it', () => {
  expect(isFromTheFuture(at(1_300_000), wall(1_000_000), SETTINGS)).toBe(false)
  expect(isFromTheFuture(at(1_300_001), wall(1_000_000), SETTINGS)).toBe(true)
})
