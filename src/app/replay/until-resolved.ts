import {endInput} from '../../core/watermark/watermark.js'
import type {EventSource, InputBatch} from '../../engine/port/event-source.js'
import type {Partition} from '../../engine/stage/partition.js'

/** A source whose end is the end of time: after its last batch come empty ones, until no rule waits for a deadline. */
export class UntilResolved implements EventSource {
  constructor(
    private readonly source: EventSource,
    private readonly opened: ReadonlyMap<number, Partition>,
  ) {}

  partitions(): readonly number[] {
    return this.source.partitions()
  }

  seek(partition: number, offset: number): void {
    this.source.seek(partition, offset)
  }

  async next(): Promise<InputBatch | undefined> {
    return (await this.source.next()) ?? this.emptyBatch()
  }

  private emptyBatch(): InputBatch | undefined {
    for (const {number, time, deadlines, offset} of this.opened.values()) {
      if (time === undefined || deadlines.size === 0) continue
      endInput(time)
      return {partition: number, records: [], polledAt: time.wall, nextOffset: offset}
    }
    return undefined
  }
}
