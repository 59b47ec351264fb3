import type {EventSeries} from '../history/event-series.js'
import {KEPT_BEYOND, RunningWindow} from '../history/running-window.js'
import {WindowTotals} from '../history/window-totals.js'
import type {Predicate} from './form.js'
import {mayHold} from './predicate.js'

/** False only if no event of a series from a time on can satisfy a predicate: told without a look at each of them. */
export function mayBePresent(predicate: Predicate | undefined, series: EventSeries, from: number): boolean {
  if (predicate === undefined || predicate.bit < 0) return true
  const running = series.runningWindow<WindowTotals>(predicate, '')
  if (running === undefined) return beginCount(predicate, series, from)
  const oldest = from - 1
  if (!running.reachesBackTo(oldest)) return true
  running.slide(series.events, oldest, Number.POSITIVE_INFINITY)
  return running.of.members > 0
}

/** Keeps count from now on, if there is much to count. */
function beginCount(predicate: Predicate, series: EventSeries, from: number): boolean {
  const {events} = series
  const first = series.firstAtOrAfter(from)
  if (events.length - first <= KEPT_BEYOND) return true
  const totals = new WindowTotals({sums: [], tallies: [], isMember: (event) => mayHold(predicate, event)})
  series.keepRunning(predicate, '', new RunningWindow(totals, events, first, events.length))
  return totals.members > 0
}
