import type {EmbeddedEventLog} from '../../adapters/embedded/event-log.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {KeyField} from '../../core/event/stream.js'
import {BEGINNING_OF_TIME, type EventTime} from '../../core/event/time.js'
import type {Partition} from '../../engine/stage/partition.js'
import type {ComparableState} from './compare-keys.js'

/** The event time from which on the log holds all events; the beginning of time if it was never cut off. */
export async function completeFrom(log: EmbeddedEventLog, bundle: Bundle): Promise<EventTime> {
  if (log.begin === 0) return BEGINNING_OF_TIME
  for await (const [first] of log.between(log.begin, log.end))
    if (first !== undefined) return (first.ingestedAt + bundle.settings.time.maxFutureSkew) as EventTime
  return BEGINNING_OF_TIME
}

/** What can be compared of keys by a field in all of several states, where the log is complete from an event time on. */
export function comparableInAll(
  keyField: KeyField,
  partitions: readonly Partition[],
  from: EventTime,
): ComparableState {
  const states = partitions.map((partition) => comparableState(keyField, partition, from))
  return {
    isKept: (event) => states.every((state) => state.isKept(event)),
    isUnsettled: (...anchor) => states.every((state) => state.isUnsettled(...anchor)),
  }
}

function comparableState(keyField: KeyField, partition: Partition, from: EventTime): ComparableState {
  const {expiresBefore, forgetUpTo} = partition.stageOf(keyField)?.time ?? partition
  const {streams, retention, lookahead: longest} = partition.bundle
  return {
    isKept: ({stream, time}) =>
      time >= from && (time >= expiresBefore || streams.get(stream)?.neverLate === true),
    // What rules say rests on events as far back as any are kept.
    isUnsettled: (anchorTime, lookahead = longest) =>
      anchorTime > forgetUpTo - lookahead && anchorTime - retention >= from,
  }
}
