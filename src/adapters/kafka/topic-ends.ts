import {setTimeout as sleep} from 'node:timers/promises'
import type {Admin} from 'kafkajs'
import type {WallTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'

/** Where a partition of a topic begins and ends. */
export interface TopicRange {
  readonly first: number
  /** Offset of the next record to be written. */
  readonly end: number
}

/** The ranges of all partitions of some topics, by `<topic>/<partition>`. */
export interface TopicRanges {
  readonly ranges: ReadonlyMap<string, TopicRange>
  /** Just before the brokers were asked. */
  readonly askedAt: WallTime
}

/** Asks the brokers. Rejects where they do not answer. */
export async function topicRanges(
  admin: Pick<Admin, 'fetchTopicOffsets'>,
  topics: readonly string[],
  clock: Clock,
): Promise<TopicRanges> {
  const askedAt = clock.now()
  const ranges = new Map<string, TopicRange>()
  await Promise.all(
    topics.map(async (topic) => {
      for (const {partition, low, high} of await offsetsOf(admin, topic))
        ranges.set(`${topic}/${partition}`, {first: Number(low), end: Number(high)})
    }),
  )
  return {ranges, askedAt}
}

const TRIES = 20
const PAUSE_MS = 250

/** A partition that changes its leader has none for a moment, and the library does not wait for the next. */
async function offsetsOf(
  admin: Pick<Admin, 'fetchTopicOffsets'>,
  topic: string,
): ReturnType<Admin['fetchTopicOffsets']> {
  for (let left = TRIES; ; left--) {
    try {
      return await admin.fetchTopicOffsets(topic)
    } catch (error) {
      if (left === 0 || (error as {readonly retriable?: boolean}).retriable !== true) throw error
      await sleep(PAUSE_MS)
    }
  }
}
