import {Line} from '../../../adapters/files/line-reader.js'
import type {EventTime} from '../../../core/event/time.js'
import {formatTime} from '../../../core/event/time.js'
import type {PendingVerdicts, RevealedVerdict} from '../../../learning/loop/pending-verdicts.js'
import {lineText, type TrafficLine} from '../../../simulation/scenario/traffic-line.js'

export interface LoopLines {
  readonly traffic: Iterable<TrafficLine>
  readonly verdicts: PendingVerdicts
  /** Times (ms, ascending) at each of which something is done before any later line is read. */
  readonly stops: readonly number[]
  /** All lines that arrived before the stop are processed. */
  readonly onStop: (stop: number) => Promise<void>
}

/** Lines of one block: what they bring about must be known before a verdict can follow. */
const BLOCK_LINES = 512
const BLOCK_MS = 3_600_000

/** Traffic with the verdicts on it, each at its time. The next block is made when the one before is processed. */
export async function* loopLines({traffic, verdicts, stops, onStop}: LoopLines): AsyncGenerator<Line[]> {
  let block: Line[] = []
  let since = Number.NEGATIVE_INFINITY
  let nextStop = 0
  for (const line of traffic) {
    const stop = stops[nextStop] ?? Number.POSITIVE_INFINITY
    const isStop = line.arrival >= stop
    if (isStop || block.length >= BLOCK_LINES || line.arrival >= since + BLOCK_MS) {
      if (block.length > 0) yield block
      block = []
      since = line.arrival
    }
    if (isStop) {
      const known = verdicts.take(stop).map(feedbackLine)
      if (known.length > 0) yield known
      await onStop(stop)
      nextStop++
    }
    for (const verdict of verdicts.take(line.arrival)) block.push(feedbackLine(verdict))
    block.push(Line.of(lineText(line)))
  }
  if (block.length > 0) yield block
}

function feedbackLine({transactionId, userId, source, verdict, at}: RevealedVerdict): Line {
  const time = formatTime(at as EventTime)
  const event = {
    feedback_id: `${source}-${transactionId}`,
    user_id: userId,
    transaction_id: transactionId,
    verdict,
    source,
    event_time: time,
  }
  return Line.of(JSON.stringify({stream: 'feedback', event, arrival_time: time}))
}
