import type {Bundle} from '../../core/bundle/bundle.js'
import type {KeyHistory} from '../../core/history/key-history.js'
import type {KeyedStage} from './keyed-stage.js'

/** How much more than the cap a series may hold before it is cut back: cutting is not free. */
const CAP_SLACK = 1.25

/**
 * A hot key keeps no more events of a stream than evaluations look at, and one more, which tells them that
 * there were others; of those the ids stay, to know duplicates.
 */
export function retireBeyondCap(bundle: Bundle, {time}: KeyedStage, history: KeyHistory, rank: number): void {
  const cap = bundle.settings.historyCap
  const series = history.series(rank)
  if (series === undefined || series.events.length <= cap * CAP_SLACK) return
  const settled = series.firstAtOrAfter(time.settledUpTo + 1)
  for (const event of series.dropFirst(settled - cap - 1)) history.retire(event)
}
