import type {Settings, StreamName} from './shapes.js'

const COUNTED_INPUTS = ['transactions', 'locations'] as const

interface Partition {
  watermark: number
  /** Greatest accepted event time per input; -Infinity with none. */
  readonly newest: {transactions: number; locations: number}
  /** Wall time of the input's last line, or of the partition's first line while it has had none. */
  readonly heard: {transactions: number; locations: number}
}

/**
 * The watermarks of all partitions and the replay's wall time. An input that has had no line holds its
 * partition back until `idleTimeout` after the partition's first line.
 */
export class Watermarks {
  /** -Infinity until some line told a time. */
  wall = Number.NEGATIVE_INFINITY
  private greatestEventTime = Number.NEGATIVE_INFINITY
  private readonly partitions = new Map<number, Partition>()

  constructor(private readonly settings: Settings) {}

  /**
   * Wall time is the line's arrival, else the greatest event time seen, this line's included; it never goes
   * back.
   */
  advanceWall(arrival: number | undefined, eventTime: number | undefined): void {
    const now = arrival ?? Math.max(this.greatestEventTime, eventTime ?? Number.NEGATIVE_INFINITY)
    this.wall = Math.max(this.wall, now)
  }

  of(partition: number): number {
    return this.partitions.get(partition)?.watermark ?? Number.NEGATIVE_INFINITY
  }

  /** A valid event that is not from the future was seen, whatever becomes of it. */
  saw(eventTime: number): void {
    this.greatestEventTime = Math.max(this.greatestEventTime, eventTime)
  }

  /** A line of a known stream came: the input has brought something, whatever becomes of it. */
  heard(partition: number, stream: StreamName): void {
    const known = this.partitions.get(partition)
    const state = known ?? {
      watermark: Number.NEGATIVE_INFINITY,
      newest: {transactions: Number.NEGATIVE_INFINITY, locations: Number.NEGATIVE_INFINITY},
      heard: {transactions: this.wall, locations: this.wall},
    }
    this.partitions.set(partition, state)
    if (stream === 'transactions' || stream === 'locations') state.heard[stream] = this.wall
  }

  accepted(partition: number, stream: StreamName, eventTime: number): void {
    const state = this.partitions.get(partition)
    if (state === undefined || (stream !== 'transactions' && stream !== 'locations')) return
    state.newest[stream] = Math.max(state.newest[stream], eventTime)
  }

  /** After each line: W = min over active inputs (newest - outOfOrderness) - 1 ms, never back. */
  move(): void {
    for (const state of this.partitions.values()) {
      const active = COUNTED_INPUTS.filter((input) => {
        // Lines before any time was known count from the first known one.
        if (state.heard[input] === Number.NEGATIVE_INFINITY) state.heard[input] = this.wall
        const silence = this.wall === Number.NEGATIVE_INFINITY ? 0 : this.wall - state.heard[input]
        return silence < this.settings.idleTimeout
      })
      if (active.length === 0) continue
      const slowest = Math.min(...active.map((input) => state.newest[input]))
      state.watermark = Math.max(state.watermark, slowest - this.settings.outOfOrderness - 1)
    }
  }
}
