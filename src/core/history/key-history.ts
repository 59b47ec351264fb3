import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import {EventSeries} from './event-series.js'

/** What is left of an event whose fields are no longer needed: enough to know it again. */
export interface RetiredEvent {
  readonly stream: string
  readonly id: string
  readonly time: EventTime
  readonly contentHash: number
}

const NO_EVENTS: readonly StoredEvent[] = []

/**
 * The accepted events of one key, by stream, each in the total order. Rules are functions of this and of nothing else.
 */
export class KeyHistory {
  private readonly seriesByStream = new Map<string, EventSeries>()
  private retired: Map<string, RetiredEvent> | undefined

  /** The events of a stream, in the total order. Not to be changed, and not to be kept over an insert. */
  events(stream: string): readonly StoredEvent[] {
    return this.seriesByStream.get(stream)?.events ?? NO_EVENTS
  }

  series(stream: string): EventSeries | undefined {
    return this.seriesByStream.get(stream)
  }

  allSeries(): IterableIterator<[string, EventSeries]> {
    return this.seriesByStream.entries()
  }

  insert(event: StoredEvent): void {
    let series = this.seriesByStream.get(event.stream)
    if (series === undefined) {
      series = new EventSeries()
      this.seriesByStream.set(event.stream, series)
    }
    series.insert(event)
  }

  /** The accepted event of a stream with this id, whole or retired. */
  find(stream: string, id: string): RetiredEvent | undefined {
    return this.seriesByStream.get(stream)?.find(id) ?? this.retired?.get(retiredKey(stream, id))
  }

  /** Keeps an event's id but not its fields, when a key has more events than any evaluation looks at. */
  retire(event: StoredEvent): void {
    if (this.retired === undefined) this.retired = new Map()
    const {stream, id, time, contentHash} = event
    this.retired.set(retiredKey(stream, id), {stream, id, time, contentHash})
  }

  /** Forgets the retired events before `time`. Returns them. */
  dropRetiredBefore(time: EventTime): readonly RetiredEvent[] {
    if (this.retired === undefined) return []
    const dropped = [...this.retired.values()].filter((event) => event.time < time)
    for (const {stream, id} of dropped) this.retired.delete(retiredKey(stream, id))
    if (this.retired.size === 0) this.retired = undefined
    return dropped
  }

  get size(): number {
    let size = this.retired?.size ?? 0
    for (const series of this.seriesByStream.values()) size += series.events.length
    return size
  }
}

function retiredKey(stream: string, id: string): string {
  return `${stream}\n${id}`
}
