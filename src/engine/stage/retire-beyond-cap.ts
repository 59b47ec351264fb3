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
  {bundle, users, shared}: Partition,
  stage: KeyedStage,
  history: KeyHistory,
  rank: number,
): void {
  const cap = bundle.settings.historyCap
  const series = history.series(rank)
  if (series === undefined || series.events.length <= Math.max(cap * (1 + CAP_SLACK), series.cutBackAt))
    return
  // Other partitions may find something about a user's transaction until it has settled for all rules.
  const isSpokenOf = stage === users && shared.isExchanging
  const from = isSpokenOf ? stage.time.settledUpTo + 1 : stage.unsettledFrom(history)
  for (const event of series.dropFirst(series.firstAtOrAfter(from) - cap - 1)) history.retire(event)
  const {length} = series.events
  series.cutBackAt = length + CAP_SLACK * Math.max(cap, length - cap)
}
