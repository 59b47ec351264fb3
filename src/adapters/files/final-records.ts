import {compareIds} from '../../core/event/order.js'
import {type EventTime, parseEventTime} from '../../core/event/time.js'

interface FinalRecord {
  readonly event_time: string
}

/**
 * Keeps the newest revision of each record until nothing can change it any more, then hands it out in the order of
 * event time and id. What is kept is bounded by the time that passes until anchors settle, not by the input.
 */
export class FinalRecords<T extends FinalRecord> {
  /** By the number of minutes since the epoch. */
  private readonly minutes = new Map<number, Minute<T>>()

  constructor(
    private readonly idOf: (record: T) => string,
    private readonly emit: (record: T) => void,
  ) {}

  /** Adds a record that is not here yet: costs half of what `put` costs. */
  add(identity: string, record: T): void {
    this.minuteOf(record).add(identity, record)
  }

  put(identity: string, record: T): void {
    this.minuteOf(record).byIdentity.set(identity, record)
  }

  /** Puts a record whose event time may differ from that of its earlier revision. */
  move(identity: string, record: T): void {
    for (const {byIdentity} of this.minutes.values()) if (byIdentity.delete(identity)) break
    this.put(identity, record)
  }

  has(identity: string): boolean {
    for (const {byIdentity} of this.minutes.values()) if (byIdentity.has(identity)) return true
    return false
  }

  remove(identity: string, record: T): void {
    this.minuteOf(record).byIdentity.delete(identity)
  }

  /** Hands out the records of all minutes that ended at or before an event time. */
  settle(upTo: EventTime): void {
    const end = Math.floor(upTo / MINUTE_MS)
    const settled = [...this.minutes].filter(([minute]) => minute < end).sort(([a], [b]) => a - b)
    for (const [minute, {records}] of settled) {
      this.minutes.delete(minute)
      records.sort(
        (a, b) => compareTexts(a.event_time, b.event_time) || compareIds(this.idOf(a), this.idOf(b)),
      )
      for (const record of records) this.emit(record)
    }
  }

  private minuteOf({event_time}: T): Minute<T> {
    const number = Math.floor((parseEventTime(event_time) as EventTime) / MINUTE_MS)
    let minute = this.minutes.get(number)
    if (minute === undefined) {
      minute = new Minute()
      this.minutes.set(number, minute)
    }
    return minute
  }
}

const MINUTE_MS = 60_000

/** Records of one minute of event time. Those that were added get into the map when one is looked for; most never do. */
class Minute<T> {
  private readonly known = new Map<string, T>()
  private added: (readonly [identity: string, record: T])[] = []

  add(identity: string, record: T): void {
    this.added.push([identity, record])
  }

  get byIdentity(): Map<string, T> {
    for (const [identity, record] of this.added) this.known.set(identity, record)
    this.added = []
    return this.known
  }

  /** In a list of their own. */
  get records(): T[] {
    return [...this.known.values(), ...this.added.map(([, record]) => record)]
  }
}

/** RFC 3339 of one length and zone sorts as text. */
function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
