import type {EmbeddedEventLog} from '../../adapters/embedded/event-log.js'
import {cutAtControl} from '../../engine/port/control-record.js'
import type {EventSource, InputBatch, InputRecord} from '../../engine/port/event-source.js'
import type {BundleHistory} from '../export/bundle-history.js'

/** Records of a batch. */
const BATCH = 512

/** Reads a log once more, up to an offset (excluded): as it was read when it was new, as far as the log tells. */
export class LogReading implements EventSource {
  private readonly blocks: AsyncIterator<readonly InputRecord[]>
  private waiting: readonly InputRecord[] = []

  constructor(
    private readonly log: EmbeddedEventLog,
    private readonly history: BundleHistory,
    private readonly partition: number,
    end: number,
  ) {
    this.blocks = log.between(log.begin, end)
  }

  partitions(): readonly number[] {
    return [this.partition]
  }

  seek(): void {
    throw new Error('the log is read from its beginning')
  }

  async next(): Promise<InputBatch | undefined> {
    while (this.waiting.length === 0) {
      const block = await this.blocks.next()
      if (block.done) return undefined
      this.waiting = block.value
    }
    const {taken, records, control, ...others} = cutAtControl(this.waiting.slice(0, BATCH))
    this.waiting = this.waiting.slice(taken.length)
    const last = taken.at(-1) as InputRecord
    const {partition} = this
    const nextOffset = last.offset + 1
    if (control === undefined) return {partition, records, ...others, polledAt: last.ingestedAt, nextOffset}
    const resolvedUpTo = this.history.activationAt(last.offset)?.time?.resolvedUpTo ?? undefined
    return {
      partition,
      records: [],
      control: {...control, resolvedUpTo},
      polledAt: last.ingestedAt,
      nextOffset,
    }
  }

  before(partition: number, offset: number): AsyncIterable<readonly InputRecord[]> {
    return this.log.before(partition, offset)
  }
}
