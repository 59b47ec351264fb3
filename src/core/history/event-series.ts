import {compareIds} from '../event/order.js'
import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import type {RunningWindow, WindowCount} from './running-window.js'

/** From here on ids are looked up in a map; below, a scan is faster and takes no memory. */
const INDEXED_FROM = 64

/**
 * The accepted events of one stream and key, in the total order. Times and fingerprints of ids stand beside the
 * events, so that a search reads a few neighbouring numbers and not one object after the other.
 */
export class EventSeries {
  readonly events: StoredEvent[] = []
  /** While it has no more events than these, it is not looked at again whether the oldest can go. */
  cutBackAt = 0
  private readonly times: number[] = []
  private readonly fingerprints: number[] = []
  private byId: Map<string, StoredEvent> | undefined
  private running: Map<object, Map<string, RunningWindow>> | undefined

  /** Inserts an event at its place in the total order. Most arrive in order: that costs one comparison. */
  insert(event: StoredEvent): void {
    const {events, times, fingerprints} = this
    const place = this.isNewest(event) ? events.length : this.lowerBound(event.time, event.id)
    if (place === events.length) {
      events.push(event)
      times.push(event.time)
      fingerprints.push(fingerprint(event.id))
    } else {
      events.splice(place, 0, event)
      times.splice(place, 0, event.time)
      fingerprints.splice(place, 0, fingerprint(event.id))
    }
    this.byId?.set(event.id, event)
    if (this.running !== undefined) this.eachRunning((window) => window.inserted(event, place))
  }

  /** The running window that `keepRunning` keeps for an owner and a part of the events. */
  runningWindow<T extends WindowCount>(owner: object, part: string): RunningWindow<T> | undefined {
    // An owner keeps windows of one kind.
    return this.running?.get(owner)?.get(part) as RunningWindow<T> | undefined
  }

  /** Keeps a window over the newest events up to date from now on. Worth it where windows are long. */
  keepRunning(owner: object, part: string, window: RunningWindow): void {
    if (this.running === undefined) this.running = new Map()
    const parts = this.running.get(owner)
    if (parts === undefined) this.running.set(owner, new Map([[part, window]]))
    else parts.set(part, window)
  }

  /** The accepted event with this id, if it is still kept. */
  find(id: string): StoredEvent | undefined {
    const {events, fingerprints} = this
    if (events.length >= INDEXED_FROM) {
      if (this.byId === undefined) this.byId = new Map(events.map((event) => [event.id, event]))
      return this.byId.get(id)
    }
    const wanted = fingerprint(id)
    for (let i = fingerprints.length - 1; i >= 0; i--) {
      if (fingerprints[i] === wanted && events[i]?.id === id) return events[i]
    }
    return undefined
  }

  /** Index of an event that is in the series. The newest is found at once. */
  placeOf(event: StoredEvent): number {
    const newest = this.events.length - 1
    return this.events[newest] === event ? newest : this.lowerBound(event.time, event.id)
  }

  /** Index of the first event with event time ≥ `time`. Looks from the newest backwards in growing steps. */
  firstAtOrAfter(time: number): number {
    const {times} = this
    let to = times.length
    let step = 1
    while (to > 0 && (times[to - 1] as number) >= time) {
      const from = Math.max(to - step, 0)
      if (from === 0 || (times[from - 1] as number) < time) return this.firstBetween(from, to - 1, time)
      to = from
      step *= 2
    }
    return to
  }

  /** The newest event with event time ≤ `time`. */
  newestAtOrBefore(time: number): StoredEvent | undefined {
    return this.events[this.firstAtOrAfter(time + 1) - 1]
  }

  /** Event time of the event at an index. */
  timeAt(index: number): number {
    return this.times[index] as number
  }

  /** Drops the events before `time`. Returns them. */
  dropBefore(time: EventTime): readonly StoredEvent[] {
    return this.dropFirst(this.firstAtOrAfter(time))
  }

  /** Drops the oldest events. Returns them. */
  dropFirst(count: number): readonly StoredEvent[] {
    if (count <= 0) return []
    this.times.splice(0, count)
    this.fingerprints.splice(0, count)
    const dropped = this.events.splice(0, count)
    if (this.running !== undefined) this.eachRunning((window) => window.dropped(dropped))
    if (this.byId !== undefined) {
      // An id that was used again after its retention belongs to the newer event.
      for (const event of dropped) if (this.byId.get(event.id) === event) this.byId.delete(event.id)
    }
    return dropped
  }

  private eachRunning(tell: (window: RunningWindow) => void): void {
    for (const parts of this.running?.values() ?? []) for (const window of parts.values()) tell(window)
  }

  private isNewest({time, id}: StoredEvent): boolean {
    const {times} = this
    const last = times.length - 1
    if (last < 0) return true
    const newest = times[last] as number
    return newest < time || (newest === time && compareIds((this.events[last] as StoredEvent).id, id) < 0)
  }

  /** Index of the first event at or after (time, id). */
  private lowerBound(time: number, id: string): number {
    let low = 0
    let high = this.times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const at = this.times[middle] as number
      const precedes =
        at < time || (at === time && compareIds((this.events[middle] as StoredEvent).id, id) < 0)
      if (precedes) low = middle + 1
      else high = middle
    }
    return low
  }

  private firstBetween(from: number, to: number, time: number): number {
    let low = from
    let high = to
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.times[middle] as number) < time) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** A small integer that differs for most ids. */
function fingerprint(id: string): number {
  let hash = id.length
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) | 0
  return hash >> 1
}
