import type {Admin} from 'kafkajs'
import type {InputTopic} from '../../../../adapters/kafka/topic-names.js'
import type {Positions} from '../../../../engine/port/event-source.js'
import type {WindowToWrite} from '../../backtest/backtest-desk.js'

export interface WindowPositions {
  readonly begin: Positions
  readonly end: Positions
  /** When the first of them came, at the earliest (ms). */
  readonly from: number
  /** False where there were more than may be. */
  readonly isComplete: boolean
}

/**
 * Where in the topics a time begins and ends: later than asked for, to the millisecond, where more came in than may be. The
 * broker's times of arrival say so, and its offsets how much came.
 */
export async function windowPositions(
  admin: Pick<Admin, 'fetchTopicOffsetsByTimestamp'>,
  inputs: readonly InputTopic[],
  {from, to, most}: Pick<WindowToWrite, 'from' | 'to' | 'most'>,
): Promise<WindowPositions> {
  const end = await positionsAt(admin, inputs, to)
  let [latest, begin] = [Math.min(from, to), await positionsAt(admin, inputs, Math.min(from, to))]
  if (countBetween(begin, end) <= most) return {begin, end, from: latest, isComplete: true}
  // Too many from `tooEarly` on; from `latest` on not.
  let tooEarly = latest
  latest = to
  begin = end
  while (latest - tooEarly > 1) {
    const middle = Math.floor((tooEarly + latest) / 2)
    const positions = await positionsAt(admin, inputs, middle)
    if (countBetween(positions, end) > most) tooEarly = middle
    else [latest, begin] = [middle, positions]
  }
  return {begin, end, from: latest, isComplete: false}
}

/** Joining a group takes its time: nothing need be asked where there is nothing. */
export function isEmpty({begin, end}: WindowPositions): boolean {
  return countBetween(begin, end) === 0
}

/** Of the first record of each partition that came at a time (ms), or after it. */
async function positionsAt(
  admin: Pick<Admin, 'fetchTopicOffsetsByTimestamp'>,
  inputs: readonly InputTopic[],
  time: number,
): Promise<Positions> {
  const found = await Promise.all(
    inputs.map(async ({topic}) => {
      const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, Math.max(0, Math.ceil(time)))
      return offsets.map(({partition, offset}) => [`${topic}/${partition}`, Number(offset)] as const)
    }),
  )
  return Object.fromEntries(found.flat())
}

function countBetween(begin: Positions, end: Positions): number {
  return Object.entries(end).reduce((sum, [place, offset]) => sum + offset - (begin[place] ?? offset), 0)
}
