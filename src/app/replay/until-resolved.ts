import type {ReplaySource} from '../../adapters/files/replay-source.js'
import {endInput, observeResolved} from '../../core/watermark/watermark.js'
import type {EventSource, InputBatch} from '../../engine/port/event-source.js'
import type {Partition} from '../../engine/stage/partition.js'

/**
 * A replay that goes on until no rule waits for a deadline that is reached: after its last line come empty batches. Its
 * end is the end of time, unless the recording says how far it got.
 */
export class UntilResolved implements EventSource {
  constructor(
    private readonly source: ReplaySource,
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
    const {resolvedAtEnd} = this.source
    for (const {time} of this.opened.values()) {
      if (time === undefined) continue
      if (resolvedAtEnd === undefined) endInput(time)
      else observeResolved(time, resolvedAtEnd)
    }
    const waiting = [...this.opened.values()].find(({stages}) =>
      stages.some((stage) => stage.dueKeys(1).length > 0),
    )
    if (waiting?.time === undefined) return undefined
    const {number, time, offset} = waiting
    return {partition: number, records: [], polledAt: time.wall, nextOffset: offset}
  }
}
