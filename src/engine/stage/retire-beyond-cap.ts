import type {StoredEvent} from '../../core/event/stored-event.js'
import {TRANSACTION_RANK} from '../../core/event/stream.js'
import type {EventTime} from '../../core/event/time.js'
import type {KeyHistory} from '../../core/history/key-history.js'
import type {KeyedStage} from './keyed-stage.js'
import type {Partition} from './partition.js'

/** How much more than the cap a series may hold before it is cut back: cutting is not free. */
const CAP_SLACK = 0.25

/**
 * A hot key keeps no more events of a stream than evaluations look at that are still to come, and one more, which tells
 * them that there were others; of those the ids stay, to know duplicates.
 */
export function retireBeyondCap(
  partition: Partition,
  stage: KeyedStage,
  history: KeyHistory,
  rank: number,
): void {
  const cap = partition.bundle.settings.historyCap
  const series = history.series(rank)
  if (series === undefined || series.events.length <= Math.max(cap * (1 + CAP_SLACK), series.cutBackAt))
    return
  const from = stage === partition.users ? unsettledFrom(partition, history) : stage.unsettledFrom(history)
  for (const event of series.dropFirst(series.firstAtOrAfter(from) - cap - 1)) history.retire(event)
  const {length} = series.events
  series.cutBackAt = length + CAP_SLACK * Math.max(cap, length - cap)
}

/** The same for a user's events: decisions on the transactions among them may also be revised by what other stages find. */
function unsettledFrom({users, stages, shared, settledUpTo}: Partition, history: KeyHistory): EventTime {
  // Other partitions may find something until a transaction has settled for all rules.
  if (!shared.isAlone) return (settledUpTo + 1) as EventTime
  const from = users.unsettledFrom(history)
  const transactions = history.series(TRANSACTION_RANK)
  if (transactions === undefined) return from
  for (let i = transactions.firstAtOrAfter(settledUpTo + 1); i < transactions.events.length; i++) {
    const transaction = transactions.events[i] as StoredEvent
    if (transaction.time >= from) break
    if (!stages.every((stage) => stage.hasSettled(transaction))) return transaction.time
  }
  return from
}
