import {END_OF_TIME, type EventTime} from '../../core/event/time.js'

const MINUTE_MS = 60_000

/** Which keys have rules that wait for a deadline. Each key is listed once, by the first of its deadlines. */
export class DeadlineIndex {
  private readonly deadlineByKey = new Map<string, EventTime>()
  private readonly keysByMinute = new Map<number, Set<string>>()
  /** The first deadline; undefined where it has to be looked for. */
  private first: EventTime | undefined = END_OF_TIME

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
    if (this.first !== undefined && deadline < this.first) this.first = deadline
  }

  delete(key: string): void {
    const deadline = this.deadlineByKey.get(key)
    if (deadline === undefined) return
    this.deadlineByKey.delete(key)
    const minute = Math.floor(deadline / MINUTE_MS)
    const keys = this.keysByMinute.get(minute)
    keys?.delete(key)
    if (keys?.size === 0) this.keysByMinute.delete(minute)
    if (deadline === this.first) this.first = undefined
  }

  /** Up to `limit` keys with a deadline at or before `upTo`. */
  due(upTo: EventTime, limit: number): readonly string[] {
    if (upTo < this.earliest) return NONE
    const due: string[] = []
    for (const [minute, keys] of this.keysByMinute) {
      if (minute * MINUTE_MS > upTo) continue
      for (const key of keys) {
        if (due.length >= limit) return due
        if ((this.deadlineByKey.get(key) as EventTime) <= upTo) due.push(key)
      }
    }
    return due
  }

  /** The first deadline; the end of time if none is waited for. */
  get earliest(): EventTime {
    if (this.first === undefined) this.first = this.findFirst()
    return this.first
  }

  get size(): number {
    return this.deadlineByKey.size
  }

  private findFirst(): EventTime {
    let minute = Number.POSITIVE_INFINITY
    for (const listed of this.keysByMinute.keys()) if (listed < minute) minute = listed
    let first = Number.POSITIVE_INFINITY
    for (const key of this.keysByMinute.get(minute) ?? [])
      first = Math.min(first, this.deadlineByKey.get(key) as EventTime)
    return first as EventTime
  }
}

const NONE: readonly string[] = []
