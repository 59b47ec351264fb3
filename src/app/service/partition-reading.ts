import type {PartitionReading} from '../../adapters/telemetry/standing-metrics.js'
import type {Partition} from '../../engine/stage/partition.js'
import {runningRules} from './rules-report.js'

/** How a partition stands, for the metrics. `unread`: inputs that are on the log and not committed. */
export function partitionReading(partition: Partition, unread: number): PartitionReading {
  const {number, watermark, ledger, unknownCurrencies, time, lateUpTo, shared} = partition
  // Endless while one was never heard of.
  const behind = Number.isFinite(lateUpTo) ? Math.max(0, lateUpTo - shared.lateUpTo) : 0
  return {
    ...{partition: number, watermark, unread, readUpTo: time?.wall, ledger, unknownCurrencies},
    heldBack: shared.isExchanging ? behind : undefined,
    rules: runningRules(partition, null).rules,
  }
}
