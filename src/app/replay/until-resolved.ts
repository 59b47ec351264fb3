import {endInput, type PartitionTime} from '../../core/watermark/watermark.js'
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
    const partitions = [...this.opened.values()]
    for (const {time} of partitions) if (time !== undefined) endInput(time)
    const waiting = partitions.find(({time, waitsForDeadlines}) => time !== undefined && waitsForDeadlines)
    if (waiting === undefined) return undefined
    const {number, time, offset} = waiting
    return {partition: number, records: [], polledAt: (time as PartitionTime).wall, nextOffset: offset}
  }
}
