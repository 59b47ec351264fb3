import type {KafkaLog} from '../../../adapters/kafka/kafka-client.js'

/** How far a partition is. */
export interface PartitionProgress {
  readonly number: number
  /** Inputs that were committed; undefined while the partition is not open. */
  readonly offset: number | undefined
  /** Inputs that wait. */
  readonly unread: number
}

export interface StallWatchOptions {
  readonly partitions: () => readonly PartitionProgress[]
  readonly log: KafkaLog
  /** Ms that only grow. */
  readonly now: () => number
  /** So long nothing may come of what waits. In ms; default one minute. */
  readonly limitMs?: number | undefined
}

/** Where a partition stood, and since when. */
interface Standing {
  readonly offset: number | undefined
  readonly since: number
  isTold: boolean
}

/**
 * Notices partitions that do not get on though inputs wait, or that cannot be opened: whatever holds them has not failed,
 * so nobody else would tell. Lag alone is no stall.
 */
export class StallWatch {
  private readonly standings = new Map<number, Standing>()

  constructor(private readonly options: StallWatchOptions) {}

  /** Looks how far they are; to be called every few seconds. */
  look(): void {
    const {partitions, log, now, limitMs = 60_000} = this.options
    const seen = new Set<number>()
    for (const {number, offset, unread} of partitions()) {
      seen.add(number)
      const before = this.standings.get(number)
      const gotOn = before === undefined || before.offset !== offset || (offset !== undefined && unread === 0)
      if (gotOn) {
        if (before?.isTold === true) log('warn', `partition ${number} gets on again`, {partition: number})
        this.standings.set(number, {offset, since: now(), isTold: false})
      } else if (!before.isTold && now() - before.since >= limitMs) {
        before.isTold = true
        log('error', stalled(number, now() - before.since), {partition: number, unread})
      }
    }
    for (const number of this.standings.keys()) if (!seen.has(number)) this.standings.delete(number)
  }

  /** Those that do not get on, in words. */
  get reasons(): readonly string[] {
    const {now} = this.options
    return [...this.standings].flatMap(([number, {isTold, since}]) =>
      isTold ? [stalled(number, now() - since)] : [],
    )
  }

  /** How many do not get on. */
  get stalledPartitions(): number {
    return this.reasons.length
  }
}

function stalled(number: number, ms: number): string {
  return `partition ${number} has not got on for ${Math.round(ms / 1000)} s while inputs wait; the log says what it waits for`
}
