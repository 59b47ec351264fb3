import type {TimelineReader} from '../../adapters/http/timeline-reader.js'
import type {TimelineEvent} from '../../core/case/timeline.js'
import {compareEvents} from '../../core/event/order.js'
import type {KeyField, Stream} from '../../core/event/stream.js'
import {formatTime} from '../../core/event/time.js'
import type {StateStore} from '../../engine/port/state-store.js'
import {storeKey} from '../../engine/stage/store-key.js'

/** What happened to keys, as far as their histories reach: what was committed. */
export class KeyTimeline implements TimelineReader {
  constructor(
    private readonly store: Pick<StateStore, 'load'>,
    private readonly partitionOf: (key: string) => number,
    private readonly streams: () => ReadonlyMap<string, Stream>,
  ) {}

  async events(keyField: KeyField, key: string): Promise<readonly TimelineEvent[]> {
    const [kept] = await this.store.load(this.partitionOf(key), [storeKey(keyField, key)])
    const streams = this.streams()
    const ranked = (kept?.events ?? []).map((event) => ({
      ...event,
      rank: streams.get(event.stream)?.rank ?? 0,
    }))
    return ranked
      .sort(compareEvents)
      .map(({stream, id, time, fields}) => ({stream, id, event_time: formatTime(time), fields}))
  }
}
