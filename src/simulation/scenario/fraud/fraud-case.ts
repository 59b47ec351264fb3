import type {FraudKind, PlantedFraud} from '../planted.js'
import {userId} from '../population.js'
import type {TransactionEvent} from '../traffic-line.js'
import {sendTransaction, type World} from '../world.js'

/**
 * Plants one fraud of its kind that begins at `at_ms` and takes no longer than `longest_ms` where that is
 * shorter than usual. Gives the truth, one entry per victim, or none if nobody is suitable just now.
 */
export type Planter = (world: World, at_ms: number, longest_ms: number) => readonly PlantedFraud[]

/** A fraud while it is put together: each transaction is sent and goes on record. */
export class FraudCase {
  private readonly transactionIds: string[] = []

  constructor(
    private readonly world: World,
    private readonly kind: FraudKind,
    private readonly victim: number,
  ) {}

  commit(event: TransactionEvent, time_ms: number): void {
    this.transactionIds.push(event.transaction_id)
    sendTransaction(this.world, event, time_ms, true)
  }

  close(): PlantedFraud {
    return {
      fraud_id: `f${++this.world.sequences.fraud}`,
      kind: this.kind,
      user_id: userId(this.victim),
      transaction_ids: this.transactionIds,
    }
  }
}

/** `count` times in [0, span_ms), ascending, no two the same. */
export function ascendingTimes(world: World, count: number, span_ms: number): number[] {
  const step = span_ms / count
  return Array.from({length: count}, (_, at) => Math.floor(step * (at + world.random.between(0, 0.95))))
}
