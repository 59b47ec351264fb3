import {compareIds} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'

/** From here on ids are looked up in a map; below, a scan is faster and takes no memory. */
const INDEXED_FROM = 32

/** The accepted events of one stream and key, in the total order. */
export class EventSeries {
  readonly events: StoredEvent[] = []
  private byId: Map<string, StoredEvent> | undefined

  /** Inserts an event at its place in the total order. Most arrive in order: that costs one comparison. */
  insert(event: StoredEvent): void {
    const events = this.events
    const last = events[events.length - 1]
    if (last === undefined || precedes(last, event.time, event.id)) {
      events.push(event)
    } else {
      events.splice(this.lowerBound(event.time, event.id), 0, event)
    }
    this.byId?.set(event.id, event)
  }

  /** The accepted event with this id, if it is still kept. */
  find(id: string): StoredEvent | undefined {
    const events = this.events
    if (events.length < INDEXED_FROM) {
      for (let i = events.length - 1; i >= 0; i--) {
        const event = events[i] as StoredEvent
        if (event.id === id) return event
      }
      return undefined
    }
    if (this.byId === undefined) this.byId = new Map(events.map((event) => [event.id, event]))
    return this.byId.get(id)
  }

  /** Index of an event that is in the series. The newest is found at once. */
  placeOf(event: StoredEvent): number {
    const newest = this.events.length - 1
    return this.events[newest] === event ? newest : this.lowerBound(event.time, event.id)
  }

  /** Index of the first event at or after (time, id). */
  lowerBound(time: number, id: string): number {
    let low = 0
    let high = this.events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (precedes(this.events[middle] as StoredEvent, time, id)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index of the first event with event time ≥ `time`. Looks from the newest backwards in growing steps. */
  firstAtOrAfter(time: number): number {
    const events = this.events
    let to = events.length
    let step = 1
    while (to > 0 && (events[to - 1] as StoredEvent).time >= time) {
      const from = Math.max(to - step, 0)
      if (from === 0 || (events[from - 1] as StoredEvent).time < time) return this.firstBetween(from, to - 1, time)
      to = from
      step *= 2
    }
    return to
  }

  /** The newest event with event time ≤ `time`. */
  newestAtOrBefore(time: number): StoredEvent | undefined {
    return this.events[this.firstAtOrAfter(time + 1) - 1]
  }

  /** Drops the events before `time`. Returns them. */
  dropBefore(time: EventTime): readonly StoredEvent[] {
    return this.dropFirst(this.firstAtOrAfter(time))
  }

  /** Drops the oldest events. Returns them. */
  dropFirst(count: number): readonly StoredEvent[] {
    if (count <= 0) return []
    const dropped = this.events.splice(0, count)
    if (this.byId !== undefined) {
      // An id that was used again after its retention belongs to the newer event.
      for (const event of dropped) if (this.byId.get(event.id) === event) this.byId.delete(event.id)
    }
    return dropped
  }

  private firstBetween(from: number, to: number, time: number): number {
    let low = from
    let high = to
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.events[middle] as StoredEvent).time < time) low = middle + 1
      else high = middle
    }
    return low
  }
}

function precedes(event: StoredEvent, time: number, id: string): boolean {
  return event.time < time || (event.time === time && compareIds(event.id, id) < 0)
}
