import type {StoredEvent} from '../event/stored-event.js'
import type {Condition} from '../expression/condition.js'
import type {Form, KeyView, Match, Predicate, StreamPlace} from './form.js'
import {bindJoins, conditionHolds, holds, mayHold} from './predicate.js'

export interface WindowFormParts {
  readonly as: string
  readonly stream: StreamPlace
  readonly when: Predicate | undefined
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
export function windowForm({as, stream, when, span, having, narrowedBy}: WindowFormParts): Form {
  const members: StoredEvent[] = []

  /** Fills `members` in the total order; true if there were more than an evaluation looks at. */
  function collect(anchor: StoredEvent, view: KeyView): boolean {
    members.length = 0
    const series = view.history.series(stream.rank)
    if (series === undefined) return false
    const {events} = series
    const oldest = anchor.time - span
    const shared = narrowedBy === undefined ? undefined : anchor.fields[narrowedBy]
    let looked = 0
    let truncated = false
    for (let i = series.placeOf(anchor); i >= 0; i--) {
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
    concerns: (event) => mayHold(when, event),

    match: (anchor, view) => {
      const {evaluation} = view
      evaluation.anchorTime = anchor.time
      const truncated = collect(anchor, view)
      evaluation.bound[SLOT] = anchor
      evaluation.groups[SLOT] = members
      const fires = conditionHolds(having, anchor, view)
      evaluation.groups[SLOT] = undefined
      if (truncated) view.countTruncated()
      return fires ? {evidence: members.map((event) => ({as, slot: SLOT, event})), truncated} : undefined
    },

    bind: (anchor: StoredEvent, match: Match, view: KeyView) => {
      const {evaluation} = view
      evaluation.bound[SLOT] = anchor
      evaluation.groups[SLOT] = match.evidence.map(({event}) => event)
      evaluation.anchorTime = anchor.time
      if (when !== undefined) bindJoins(when.condition, anchor, view)
      bindJoins(having, anchor, view)
    },
  }
}
