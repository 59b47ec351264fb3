import type {StoredEvent} from '../event/stored-event.js'

/** The relative error of one addition of doubles. */
const EPSILON = 2 ** -52

/** What is kept of a window besides its length. */
export interface Tracked {
  /** Fields whose values are added up. */
  readonly sums: readonly string[]
  /** Fields whose different values are counted. */
  readonly tallies: readonly string[]
  /** Which events of the series belong to the window, whatever their time. */
  isMember(event: StoredEvent): boolean
}

/** A sum of doubles that values were added to and taken from: not exact, but known to be within `error`. */
export interface RunningSum {
  value: number
  /** Greatest magnitude that went through it. */
  peak: number
  operations: number
  /** Members without a finite number. */
  missing: number
}

/** How often each value of a field occurs among the members. */
export interface Tally {
  readonly counts: Map<unknown, number>
  /** Members without a plain value. */
  missing: number
}

export function errorOf({peak, operations}: RunningSum): number {
  return peak * operations * EPSILON
}

/**
 * The newest window over a series: an event that comes in order is counted in, those that fell out are counted out, and
 * none of the others is looked at again. Follows the series when events enter out of order or are dropped.
 */
export class RunningWindow {
  members = 0
  readonly sums: readonly RunningSum[]
  readonly tallies: readonly Tally[]
  /** The window holds the events of the series from here … */
  private start: number
  /** … to here, this one excluded. */
  private end: number

  /** Begins with the events of a series from `start` to `end`, which is excluded. */
  constructor(
    private readonly tracked: Tracked,
    events: readonly StoredEvent[],
    start: number,
    end: number,
  ) {
    this.sums = tracked.sums.map(() => ({value: 0, peak: 0, operations: 0, missing: 0}))
    this.tallies = tracked.tallies.map(() => ({counts: new Map(), missing: 0}))
    this.start = start
    this.end = end
    for (let i = start; i < end; i++) this.count(events[i] as StoredEvent, 1)
  }

  /** Counts out the events up to the time `oldest`, and the oldest beyond `limit`. Returns whether the limit was reached. */
  slide(events: readonly StoredEvent[], oldest: number, limit: number): boolean {
    while (this.start < this.end && (events[this.start] as StoredEvent).time <= oldest) this.leave(events)
    const beyond = this.end - this.start > limit
    while (this.end - this.start > limit) this.leave(events)
    return beyond
  }

  /** An event entered the series at `place`. */
  inserted(event: StoredEvent, place: number): void {
    if (place >= this.start) this.count(event, 1)
    else this.start++
    this.end++
  }

  /** The oldest events of the series go. */
  dropped(events: readonly StoredEvent[]): void {
    for (let i = this.start; i < events.length; i++) this.count(events[i] as StoredEvent, -1)
    this.start = Math.max(0, this.start - events.length)
    this.end -= events.length
  }

  private leave(events: readonly StoredEvent[]): void {
    this.count(events[this.start] as StoredEvent, -1)
    this.start++
  }

  private count(event: StoredEvent, by: 1 | -1): void {
    if (!this.tracked.isMember(event)) return
    this.members += by
    const {sums, tallies} = this.tracked
    for (let i = 0; i < sums.length; i++) add(this.sums[i] as RunningSum, event.fields[sums[i] as string], by)
    for (let i = 0; i < tallies.length; i++)
      tally(this.tallies[i] as Tally, event.fields[tallies[i] as string], by)
  }
}

function add(sum: RunningSum, value: unknown, by: 1 | -1): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    sum.missing += by
    return
  }
  sum.value += by * value
  sum.operations++
  sum.peak = Math.max(sum.peak, Math.abs(value), Math.abs(sum.value))
}

function tally(of: Tally, value: unknown, by: 1 | -1): void {
  if (value === undefined || typeof value === 'object') {
    of.missing += by
    return
  }
  const {counts} = of
  const count = (counts.get(value) ?? 0) + by
  if (count === 0) counts.delete(value)
  else counts.set(value, count)
}
