import type {StoredEvent} from '../event/stored-event.js'
import type {Condition} from '../expression/condition.js'
import {ERROR, TRUE} from '../expression/evaluation.js'
import {fieldsOfSlot} from '../expression/fields-of-slot.js'
import type {EventSeries} from '../history/event-series.js'
import {KEPT_BEYOND, RunningWindow} from '../history/running-window.js'
import {WindowKinds} from '../history/window-kinds.js'
import type {KeyView, Predicate, StreamPlace} from './form.js'
import {bindJoins, mayHold} from './predicate.js'

/** An item that the anchor needs, and the condition that the two must satisfy together. */
export interface Partner {
  readonly slot: number
  readonly stream: StreamPlace
  readonly when: Predicate | undefined
  readonly condition: Condition
  /** Whether the condition sees the joins of the anchor; else it sees those of the partner. */
  readonly isOfAnchor: boolean
}

export interface PartnerReach {
  readonly anchorSlot: number
  readonly anchorRank: number
  /** Greatest distance in time between the two, in ms. */
  readonly within: number
  readonly narrowedBy: string | undefined
}

/**
 * Tells, without a look at every event in reach, that an anchor finds no partner: events that agree in all fields which
 * the condition looks at are one kind, and one of each kind is tested.
 */
export class PartnerCheck {
  private constructor(
    private readonly partner: Partner,
    private readonly reach: PartnerReach,
    private readonly fields: readonly string[],
  ) {}

  /** Undefined if events that agree in their fields may still differ for the condition. */
  static of(partner: Partner, reach: PartnerReach): PartnerCheck | undefined {
    const {condition, slot, isOfAnchor} = partner
    const {uses, clauses, slots} = condition
    if (slots.some((named) => named !== slot && named !== reach.anchorSlot)) return undefined
    if (!isOfAnchor && (uses.location || uses.merchant)) return undefined
    if (uses.features.length > 0 || clauses.length === 0) return undefined
    const read = clauses.map(({term}) => fieldsOfSlot(term, slot))
    const fields = read.flatMap((names) => names ?? [])
    return read.includes(undefined) ? undefined : new PartnerCheck(partner, reach, [...new Set(fields)])
  }

  /** False only if no event satisfies the condition together with the anchor. */
  mayFind(anchor: StoredEvent, view: KeyView): boolean {
    const {stream} = this.partner
    const {anchorRank} = this.reach
    // In order: an anchor from before may reach back to what is no longer counted.
    if (view.history.series(anchorRank)?.events.at(-1) !== anchor) return true
    const series = view.history.series(stream.rank)
    const kinds = series === undefined ? undefined : this.kindsFor(series, anchor)
    if (kinds === undefined) return true
    const own = stream.rank === anchorRank ? kinds.kindOf(anchor) : undefined
    let isMissingInput = false
    for (const kind of kinds.kinds()) {
      if (kind === own && kind.count === 1) continue
      const truth = this.test(kind.example, anchor, view)
      if (truth === TRUE) return true
      if (truth === ERROR) isMissingInput = true
    }
    if (isMissingInput) view.countMissingInput()
    return false
  }

  private test(partner: StoredEvent, anchor: StoredEvent, view: KeyView) {
    const {slot, condition} = this.partner
    const {evaluation} = view
    evaluation.anchorTime = anchor.time
    evaluation.bound[slot] = partner
    evaluation.bound[this.reach.anchorSlot] = anchor
    bindJoins(condition, anchor, view)
    return condition.test(evaluation)
  }

  /** The kinds of events in reach of an anchor; undefined where they are few. */
  private kindsFor(series: EventSeries, anchor: StoredEvent): WindowKinds | undefined {
    const {events} = series
    const {within, narrowedBy} = this.reach
    const shared = narrowedBy === undefined ? undefined : anchor.fields[narrowedBy]
    const part = String(shared)
    const oldest = anchor.time - within
    const running = series.runningWindow<WindowKinds>(this, part)
    if (running !== undefined) {
      running.slide(events, oldest - 1, Number.POSITIVE_INFINITY)
      return running.of
    }
    const first = series.firstAtOrAfter(oldest)
    if (events.length - first <= KEPT_BEYOND) return undefined
    const {when} = this.partner
    const kinds = new WindowKinds(
      this.fields,
      (event) => mayHold(when, event) && (narrowedBy === undefined || event.fields[narrowedBy] === shared),
    )
    series.keepRunning(this, part, new RunningWindow(kinds, events, first, events.length))
    return kinds
  }
}
