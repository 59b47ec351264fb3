import {compareIds} from '../../core/event/order.js'
import {type EventTime, formatTime} from '../../core/event/time.js'

interface FinalRecord {
  readonly event_time: string
}

/** Records of one minute of event time, by identity. */
type Minute<T> = Map<string, T>

/**
 * Keeps the newest revision of each record until nothing can change it any more, then hands it out in the order of
 * event time and id. What is kept is bounded by the time that passes until anchors settle, not by the input.
 */
export class FinalRecords<T extends FinalRecord> {
  private readonly minutes = new Map<string, Minute<T>>()

  constructor(
    private readonly idOf: (record: T) => string,
    private readonly emit: (record: T) => void,
  ) {}

  put(identity: string, record: T): void {
    const minute = minuteOf(record.event_time)
    const records = this.minutes.get(minute)
    if (records === undefined) this.minutes.set(minute, new Map([[identity, record]]))
    else records.set(identity, record)
  }

  /** Puts a record whose event time may differ from that of its earlier revision. */
  move(identity: string, record: T): void {
    for (const records of this.minutes.values()) if (records.delete(identity)) break
    this.put(identity, record)
  }

  has(identity: string): boolean {
    for (const records of this.minutes.values()) if (records.has(identity)) return true
    return false
  }

  remove(identity: string, record: T): void {
    this.minutes.get(minuteOf(record.event_time))?.delete(identity)
  }

  /** Hands out the records of all minutes that ended at or before an event time. */
  settle(upTo: EventTime): void {
    if (upTo === Number.NEGATIVE_INFINITY) return
    const end = upTo === Number.POSITIVE_INFINITY ? undefined : minuteOf(formatTime(upTo))
    const settled = [...this.minutes.keys()].filter((minute) => end === undefined || minute < end).sort()
    for (const minute of settled) {
      const records = [...(this.minutes.get(minute)?.values() ?? [])]
      this.minutes.delete(minute)
      records.sort(
        (a, b) => compareTexts(a.event_time, b.event_time) || compareIds(this.idOf(a), this.idOf(b)),
      )
      for (const record of records) this.emit(record)
    }
  }
}

/** RFC 3339 of one length and zone sorts as text. */
function minuteOf(eventTime: string): string {
  return eventTime.slice(0, 16)
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
