import type {WallTime} from '../../../src/core/event/time.js'

/** Wall time and timers that only the test moves. */
export class ManualTime {
  private readonly timers = new Map<number, {readonly at: number; readonly task: () => void}>()
  private last = 0

  constructor(private ms = Date.now()) {}

  readonly now = (): WallTime => this.ms as WallTime

  readonly after = (ms: number, task: () => void): (() => void) => {
    const id = ++this.last
    this.timers.set(id, {at: this.ms + ms, task})
    return () => this.timers.delete(id)
  }

  /** Moves time on, and runs what has become due. */
  advance(ms: number): void {
    this.ms += ms
    for (const [id, {at, task}] of [...this.timers]) {
      if (at > this.ms || !this.timers.delete(id)) continue
      task()
    }
  }
}
