import type {StoredEvent} from '../event/stored-event.js'
import type {EventTime} from '../event/time.js'
import {EventSeries} from './event-series.js'
import {type RetiredEvent, RetiredEvents} from './retired-events.js'

/**
 * The accepted events of one key, by stream, each in the total order. Rules are functions of this and of nothing
 * else. Streams are named by their rank, which is small: this is read for every event.
 */
export class KeyHistory {
  private byRank: (EventSeries | undefined)[] = []
  /** By stream; undefined until an event is retired. */
  private retired: Map<string, RetiredEvents> | undefined

  /** The events of a stream, by the stream's rank. */
  series(rank: number): EventSeries | undefined {
    return this.byRank[rank]
  }

  allSeries(): readonly EventSeries[] {
    return this.byRank.filter((series) => series !== undefined)
  }

  insert(event: StoredEvent): void {
    const {rank} = event
    // Pushed to, it would take room for many more.
    if (this.byRank.length <= rank) this.byRank = Array.from({length: rank + 1}, (_, i) => this.byRank[i])
    let series = this.byRank[rank]
    if (series === undefined) {
      series = new EventSeries()
      this.byRank[rank] = series
    }
    series.insert(event)
  }

  /** The accepted event of a stream with this id, whole or retired. */
  find(stream: string, rank: number, id: string): RetiredEvent | undefined {
    return this.byRank[rank]?.find(id) ?? this.retired?.get(stream)?.find(id)
  }

  /** Keeps an event's id but not its fields: it is known again, and no evaluation sees it. */
  retire(event: RetiredEvent): void {
    if (this.retired === undefined) this.retired = new Map()
    let ofStream = this.retired.get(event.stream)
    if (ofStream === undefined) {
      ofStream = new RetiredEvents(event.stream)
      this.retired.set(event.stream, ofStream)
    }
    ofStream.add(event)
  }

  *retiredEvents(): Generator<RetiredEvent> {
    for (const ofStream of this.retired?.values() ?? []) yield* ofStream.all()
  }

  /** Forgets the retired events before `time`. Returns them. */
  dropRetiredBefore(time: EventTime): readonly RetiredEvent[] {
    if (this.retired === undefined) return []
    const dropped: (readonly RetiredEvent[])[] = []
    for (const [stream, ofStream] of this.retired) {
      dropped.push(ofStream.dropBefore(time))
      if (ofStream.size === 0) this.retired.delete(stream)
    }
    if (this.retired.size === 0) this.retired = undefined
    return dropped.flat()
  }

  get isEmpty(): boolean {
    return this.retired === undefined && this.byRank.every((series) => (series?.events.length ?? 0) === 0)
  }
}
