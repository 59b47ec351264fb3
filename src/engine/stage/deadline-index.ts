import {END_OF_TIME, type EventTime} from '../../core/event/time.js'

const MINUTE_MS = 60_000

/** Which keys have rules that wait for a deadline. Each key is listed once, by the first of its deadlines. */
export class DeadlineIndex {
  private readonly deadlineByKey = new Map<string, EventTime>()
  private readonly keysByMinute = new Map<number, Set<string>>()
  /** No deadline is earlier. */
  private bound = END_OF_TIME

  get(key: string): EventTime | undefined {
    return this.deadlineByKey.get(key)
  }

  set(key: string, deadline: EventTime): void {
    this.delete(key)
    this.deadlineByKey.set(key, deadline)
    const minute = Math.floor(deadline / MINUTE_MS)
    const keys = this.keysByMinute.get(minute)
    if (keys === undefined) this.keysByMinute.set(minute, new Set([key]))
    else keys.add(key)
    if (deadline < this.bound) this.bound = deadline
  }

  delete(key: string): void {
    const deadline = this.deadlineByKey.get(key)
    if (deadline === undefined) return
    this.deadlineByKey.delete(key)
    const minute = Math.floor(deadline / MINUTE_MS)
    const keys = this.keysByMinute.get(minute)
    keys?.delete(key)
    if (keys?.size === 0) this.keysByMinute.delete(minute)
    if (this.deadlineByKey.size === 0) this.bound = END_OF_TIME
  }

  /** Up to `limit` keys with a deadline at or before `upTo`. */
  due(upTo: EventTime, limit: number): readonly string[] {
    if (upTo < this.bound) return NONE
    const due: string[] = []
    let bound = Number.POSITIVE_INFINITY
    for (const [minute, keys] of this.keysByMinute) {
      if (minute * MINUTE_MS > upTo) {
        bound = Math.min(bound, minute * MINUTE_MS)
        continue
      }
      for (const key of keys) {
        const deadline = this.deadlineByKey.get(key) as EventTime
        if (deadline <= upTo && due.length < limit) due.push(key)
        bound = Math.min(bound, deadline)
      }
    }
    this.bound = bound as EventTime
    return due
  }

  /** No later than the first deadline; the end of time if none is waited for. */
  get earliest(): EventTime {
    return this.bound
  }

  get size(): number {
    return this.deadlineByKey.size
  }
}

const NONE: readonly string[] = []
