import type {StoredEvent} from '../event/stored-event.js'

/** A window through which more events pass is worth keeping; fewer are looked at as quickly. */
export const KEPT_BEYOND = 32

/** Counts events in (1) and out (-1) as they come into a window and leave it. */
export interface WindowCount {
  count(event: StoredEvent, by: 1 | -1): void
}

/**
 * The newest window over a series: an event that comes in order is counted in, those that fell out are counted out, and
 * none of the others is looked at again. Follows the series when events enter out of order or are dropped.
 */
export class RunningWindow<T extends WindowCount = WindowCount> {
  /** The window holds the events of the series from here … */
  private start: number
  /** … to here, this one excluded. */
  private end: number
  /** Events up to this time were counted out. */
  private before = Number.NEGATIVE_INFINITY

  /** Begins with the events of a series from `start` to `end`, which is excluded. */
  constructor(
    readonly of: T,
    events: readonly StoredEvent[],
    start: number,
    end: number,
  ) {
    this.start = start
    this.end = end
    if (start > 0) this.before = (events[start - 1] as StoredEvent).time
    for (let i = start; i < end; i++) of.count(events[i] as StoredEvent, 1)
  }

  /** Counts out the events up to the time `oldest`, and the oldest beyond `limit`. Returns whether the limit was reached. */
  slide(events: readonly StoredEvent[], oldest: number, limit: number): boolean {
    this.before = Math.max(this.before, oldest)
    while (this.start < this.end && (events[this.start] as StoredEvent).time <= oldest) this.leave(events)
    const beyond = this.end - this.start > limit
    while (this.end - this.start > limit) this.leave(events)
    return beyond
  }

  /** Whether it can be told what is in a window of the events after the time `oldest`: it never slides back. */
  reachesBackTo(oldest: number): boolean {
    return oldest >= this.before
  }

  /** An event entered the series at `place`. */
  inserted(event: StoredEvent, place: number): void {
    if (place >= this.start) this.of.count(event, 1)
    else this.start++
    this.end++
  }

  /** The oldest events of the series go. */
  dropped(events: readonly StoredEvent[]): void {
    for (let i = this.start; i < events.length; i++) this.of.count(events[i] as StoredEvent, -1)
    this.start = Math.max(0, this.start - events.length)
    this.end -= events.length
  }

  private leave(events: readonly StoredEvent[]): void {
    this.of.count(events[this.start] as StoredEvent, -1)
    this.start++
  }
}
