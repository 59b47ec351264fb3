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

/**
 * The accepted events of one key, by stream, each in the total order. Rules are functions of this and of nothing
 * else. Streams are named by their rank, which is small: this is read for every event.
 */
export class KeyHistory {
  private readonly byRank: (EventSeries | undefined)[] = []
  private retired: Map<string, RetiredEvent> | undefined

  /** The events of a stream, by the stream's rank. */
  series(rank: number): EventSeries | undefined {
    return this.byRank[rank]
  }

  allSeries(): readonly EventSeries[] {
    return this.byRank.filter((series) => series !== undefined)
  }

  insert(event: StoredEvent): void {
    const {byRank} = this
    while (byRank.length <= event.rank) byRank.push(undefined)
    let series = byRank[event.rank]
    if (series === undefined) {
      series = new EventSeries()
      byRank[event.rank] = series
    }
    series.insert(event)
  }

  /** The accepted event of a stream with this id, whole or retired. */
  find(stream: string, rank: number, id: string): RetiredEvent | undefined {
    return this.byRank[rank]?.find(id) ?? this.retired?.get(retiredKey(stream, id))
  }

  /** Keeps an event's id but not its fields: it is known again, and no evaluation sees it. */
  retire({stream, id, time, contentHash}: RetiredEvent): void {
    if (this.retired === undefined) this.retired = new Map()
    this.retired.set(retiredKey(stream, id), {stream, id, time, contentHash})
  }

  retiredEvents(): Iterable<RetiredEvent> {
    return this.retired?.values() ?? []
  }

  /** Forgets the retired events before `time`. Returns them. */
  dropRetiredBefore(time: EventTime): readonly RetiredEvent[] {
    if (this.retired === undefined) return []
    const dropped = [...this.retired.values()].filter((event) => event.time < time)
    for (const {stream, id} of dropped) this.retired.delete(retiredKey(stream, id))
    if (this.retired.size === 0) this.retired = undefined
    return dropped
  }

  get isEmpty(): boolean {
    return this.retired === undefined && this.byRank.every((series) => (series?.events.length ?? 0) === 0)
  }
}

function retiredKey(stream: string, id: string): string {
  return `${stream}\n${id}`
}
