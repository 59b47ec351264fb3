import {compareEvents} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {EventSeries} from '../history/event-series.js'
import type {KeyView} from './form.js'
import {holds} from './predicate.js'
import type {SequenceFormParts, SequencePart} from './sequence-parts.js'

/**
 * The events before an anchor that satisfy what a part of a sequence asks of an event by itself, the newest first. They
 * are looked for as they are asked for, each event once.
 */
export class SequenceCandidates {
  private readonly found: StoredEvent[] = []
  private readonly events: readonly StoredEvent[]
  /** Events of the series from here on have been looked at … */
  private place = 0
  /** … down to here. */
  private readonly end: number = 0
  /** Whether there are older ones inside `within`. */
  private readonly isCapped: boolean = false
  private isAtEnd = false

  constructor(
    private readonly part: SequencePart,
    private readonly anchor: StoredEvent,
    private readonly parts: SequenceFormParts,
    private readonly view: KeyView,
  ) {
    const {rank} = part.stream
    const series = view.history.series(rank)
    this.events = series?.events ?? []
    if (series === undefined) return
    this.place = placeIn(series, rank, anchor)
    const capped = this.place - view.limits.historyCap
    this.end = series.firstAtOrAfter(anchor.time - parts.within)
    this.isCapped = this.end < capped
    if (this.isCapped) this.end = capped
  }

  /** Whether older events would have been looked at, but for the cap. */
  get isCutShort(): boolean {
    return this.isAtEnd && this.isCapped
  }

  /** The candidate at a place, from 0 for the newest. */
  at(place: number): StoredEvent | undefined {
    while (this.found.length <= place) if (!this.findNext()) return undefined
    return this.found[place]
  }

  /** Where the newest candidate before an event stands. */
  placeBefore(event: StoredEvent): number {
    let low = 0
    let high = this.found.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareEvents(this.found[middle] as StoredEvent, event) < 0) high = middle
      else low = middle + 1
    }
    for (;;) {
      const candidate = this.at(low)
      if (candidate === undefined || compareEvents(candidate, event) < 0) return low
      low++
    }
  }

  private findNext(): boolean {
    const {events, part, parts, anchor, view} = this
    while (this.place > this.end) {
      const event = events[--this.place] as StoredEvent
      if (sharesKey(event, anchor, parts) && holds(part.own, event, view)) {
        this.found.push(event)
        return true
      }
    }
    this.isAtEnd = true
    return false
  }
}

/** Whether two events of one history belong to the same narrower key. */
export function sharesKey(event: StoredEvent, anchor: StoredEvent, {narrowedBy}: SequenceFormParts): boolean {
  return narrowedBy === undefined || event.fields[narrowedBy] === anchor.fields[narrowedBy]
}

/** How many events of a series precede an event in the total order. `rank` is that of the series' stream. */
export function placeIn(series: EventSeries, rank: number, event: StoredEvent): number {
  if (rank === event.rank) return series.placeOf(event)
  return series.firstAtOrAfter(rank < event.rank ? event.time + 1 : event.time)
}
