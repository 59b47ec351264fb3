import {BEGINNING_OF_TIME, type EventTime} from '../../../../core/event/time.js'

/** By partition: up to when nothing can change any more, event time in ms. */
export type SettledTime = readonly [partition: number, upTo: number]

/** So often each worker tells of its partitions. */
const TELL_EVERY_MS = 1_000

/** Up to when nothing can change any more in all partitions, whoever has them. Nobody is sure before all were heard of. */
export class SettledTimes {
  private readonly heardOf = new Map<number, number>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly partitions: number,
    /** Of this process. */
    private readonly own: () => readonly SettledTime[],
    private readonly tell: (times: readonly SettledTime[]) => void,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.tell(this.known()), TELL_EVERY_MS)
    this.timer.unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** Time never goes back; what was said late says less. */
  heard(times: readonly SettledTime[]): void {
    for (const [partition, upTo] of times)
      this.heardOf.set(partition, Math.max(upTo, this.heardOf.get(partition) ?? upTo))
  }

  get upTo(): EventTime {
    this.heard(this.known())
    if (this.heardOf.size < this.partitions) return BEGINNING_OF_TIME
    return Math.min(...this.heardOf.values()) as EventTime
  }

  /** Where time has not begun there is nothing to tell. */
  private known(): readonly SettledTime[] {
    return this.own().filter(([, upTo]) => Number.isFinite(upTo))
  }
}
