import type {TrafficLine} from './traffic-line.js'

/**
 * Puts lines into the order of their arrival, slice by slice of time: a line waits in the bucket of the slice
 * in which it arrives, and a bucket is sorted when its slice is taken. Lines that arrive at the same
 * millisecond keep the order in which they were added.
 */
export class ArrivalQueue {
  private readonly buckets = new Map<number, TrafficLine[]>()

  constructor(
    private readonly start_ms: number,
    private readonly slice_ms: number,
  ) {}

  get isEmpty(): boolean {
    return this.buckets.size === 0
  }

  /** The line's slice must not have been taken yet. */
  add(line: TrafficLine): void {
    const slice = Math.floor((line.arrival - this.start_ms) / this.slice_ms)
    const bucket = this.buckets.get(slice)
    if (bucket === undefined) this.buckets.set(slice, [line])
    else bucket.push(line)
  }

  /** Takes out what arrives in this slice, counted from 0. */
  take(slice: number): readonly TrafficLine[] {
    const bucket = this.buckets.get(slice)
    if (bucket === undefined) return []
    this.buckets.delete(slice)
    return bucket.sort((a, b) => a.arrival - b.arrival)
  }
}
