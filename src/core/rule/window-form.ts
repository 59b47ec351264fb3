import type {StoredEvent} from '../event/stored-event.js'
import type {Condition} from '../expression/condition.js'
import type {EventSeries} from '../history/event-series.js'
import {KEPT_BEYOND, RunningWindow} from '../history/running-window.js'
import {WindowTotals} from '../history/window-totals.js'
import type {Form, KeyView, Match, Predicate, StreamPlace} from './form.js'
import {bindJoins, concernBitsOf, conditionHolds, holds, mayHold} from './predicate.js'
import {windowBounds} from './window-bounds.js'
import {WindowMatch} from './window-match.js'

export interface WindowFormParts {
  readonly as: string
  readonly stream: StreamPlace
  readonly when: Predicate | undefined
  /** Those parts of `having` that look at the anchor alone. */
  readonly gate: Predicate | undefined
  /** Length of the window in ms. */
  readonly span: number
  readonly having: Condition
  /** A field that the members share with the anchor: `card_id` for a rule about one card. */
  readonly narrowedBy: string | undefined
}

const SLOT = 0

/**
 * Every event x with `when` is an anchor; its window holds the events y with `when`, x.t − span < y.t ≤ x.t and
 * y ≤ x in the total order. Fires if `having` holds over the window.
 */
export function windowForm({as, stream, when, gate, span, having, narrowedBy}: WindowFormParts): Form {
  const members: StoredEvent[] = []
  // What may change about a member later, through a join, cannot be counted once and for all.
  const bounds = when === undefined || when.fixed ? windowBounds(having) : undefined

  function partOf(anchor: StoredEvent): string {
    return narrowedBy === undefined ? '' : String(anchor.fields[narrowedBy])
  }

  /** False if it takes no look at all members to know that the rule does not fire. */
  function mayFire(series: EventSeries, anchor: StoredEvent, view: KeyView): boolean {
    if (!mayHold(gate, anchor)) return false
    if (bounds === undefined) return true
    const {leastMembers} = bounds
    // A window that does not reach back to so many events holds fewer.
    const first = series.placeOf(anchor) - leastMembers + 1
    if (first < 0 || (leastMembers > 0 && series.timeAt(first) <= anchor.time - span)) return false
    if (series.events.at(-1) !== anchor) return true
    const running = series.runningWindow<WindowTotals>(bounds, partOf(anchor))
    if (running === undefined) return true
    const truncated = running.slide(series.events, anchor.time - span, view.limits.historyCap + 1)
    if (bounds.mayHold(running.of)) return true
    if (truncated) view.countTruncated()
    return false
  }

  function keepRunning(series: EventSeries, anchor: StoredEvent, start: number): void {
    const end = series.events.length
    if (bounds === undefined || end - start <= KEPT_BEYOND || series.events[end - 1] !== anchor) return
    const part = partOf(anchor)
    if (series.runningWindow(bounds, part) !== undefined) return
    const shared = narrowedBy === undefined ? undefined : anchor.fields[narrowedBy]
    const isMember = (event: StoredEvent) =>
      mayHold(when, event) && (narrowedBy === undefined || event.fields[narrowedBy] === shared)
    const {sums, tallies} = bounds
    const totals = new WindowTotals({sums, tallies, isMember})
    const running = new RunningWindow(totals, series.events, start, end)
    series.keepRunning(bounds, part, running)
  }

  /** Fills `members` in the total order; true if there were more than an evaluation looks at. */
  function collect(series: EventSeries, anchor: StoredEvent, view: KeyView): boolean {
    members.length = 0
    const {events} = series
    const oldest = anchor.time - span
    const shared = narrowedBy === undefined ? undefined : anchor.fields[narrowedBy]
    let looked = 0
    let truncated = false
    let i = series.placeOf(anchor)
    for (; i >= 0; i--) {
      if (series.timeAt(i) <= oldest) break
      const event = events[i] as StoredEvent
      if (looked > view.limits.historyCap) {
        truncated = true
        break
      }
      looked++
      if (narrowedBy !== undefined && event.fields[narrowedBy] !== shared) continue
      if (holds(when, event, view)) members.push(event)
    }
    members.reverse()
    keepRunning(series, anchor, i + 1)
    return truncated
  }

  return {
    kind: 'window',
    streams: [stream.name],
    anchorStream: stream.name,
    anchorRank: stream.rank,
    anchorWhen: when,
    lookback: span,
    lookahead: 0,
    names: [as],
    conditions: [
      ...(when === undefined ? [] : [{condition: when.condition, joinSlot: SLOT}]),
      {condition: having, joinSlot: SLOT},
    ],
    concernBits: () => concernBitsOf([when]),

    match: (anchor, view) => {
      const {evaluation} = view
      const series = view.history.series(stream.rank)
      if (series === undefined || !mayFire(series, anchor, view)) return undefined
      evaluation.anchorTime = anchor.time
      const truncated = collect(series, anchor, view)
      evaluation.bound[SLOT] = anchor
      evaluation.groups[SLOT] = members
      const fires = conditionHolds(having, anchor, view)
      evaluation.groups[SLOT] = undefined
      if (truncated) view.countTruncated()
      return fires ? new WindowMatch(as, SLOT, members.slice(), truncated) : undefined
    },

    bind: (anchor: StoredEvent, match: Match, view: KeyView) => {
      const {evaluation} = view
      evaluation.bound[SLOT] = anchor
      evaluation.groups[SLOT] =
        match instanceof WindowMatch ? match.members : match.evidence.map(({event}) => event)
      evaluation.anchorTime = anchor.time
      if (when !== undefined) bindJoins(when.condition, anchor, view)
      bindJoins(having, anchor, view)
    },
  }
}
