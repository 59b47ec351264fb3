import type {WallTime} from '../../../src/core/event/time.js'
import type {Clock} from '../../../src/engine/port/clock.js'
import {cutAtControl} from '../../../src/engine/port/control-record.js'
import type {EventSource, InputBatch, InputRecord} from '../../../src/engine/port/event-source.js'
import type {SeededRandom} from '../../../src/simulation/seeded-random.js'

export interface LogReaderOptions {
  /** So many polls after the end of the log bring nothing, long after it; then it is over. */
  readonly idleAtEnd: number
  /** Most records of a batch. */
  readonly largestBatch: number
}

/** A silence in which every deadline is reached. */
const LONG_SILENCE_MS = 3_650 * 86_400_000

/** Reads a log that is complete, in batches whose sizes are drawn; now and then a poll brings nothing. */
export class LogReader implements EventSource {
  private position = 0
  private readonly largest: number
  private readonly idleChance: number
  private idleAtEnd: number

  constructor(
    private readonly records: readonly InputRecord[],
    private readonly random: SeededRandom,
    private readonly clock: Clock,
    {idleAtEnd, largestBatch}: LogReaderOptions,
  ) {
    this.largest = Math.min(largestBatch, random.pick([1, 2, 5, 12, records.length + 1]))
    this.idleAtEnd = idleAtEnd
    this.idleChance = random.pick([0, 0.1, 0.5])
    this.idleAtEnd = idleAtEnd
  }

  partitions(): readonly number[] {
    return [0]
  }

  seek(_partition: number, offset: number): void {
    this.position = offset
  }

  async next(): Promise<InputBatch | undefined> {
    const {position: fromOffset, records} = this
    if (fromOffset >= records.length && this.idleAtEnd-- <= 0) return undefined
    const size = this.random.chance(this.idleChance) ? 0 : this.random.integer(1, this.largest)
    const {taken, control} = cutAtControl(records.slice(fromOffset, fromOffset + size))
    this.position += taken.length
    const silence = fromOffset >= records.length ? LONG_SILENCE_MS : 0
    const polledAt = control?.at ?? ((this.clock.now() + silence) as WallTime)
    const read = control === undefined ? taken : []
    return {partition: 0, records: read, control, polledAt, fromOffset, nextOffset: this.position}
  }

  async *before(_partition: number, offset: number): AsyncGenerator<readonly InputRecord[]> {
    const size = this.largest
    for (let end = Math.min(offset, this.records.length); end > 0; end -= size)
      yield this.records.slice(Math.max(0, end - size), end)
  }
}
