import {existsSync} from 'node:fs'
import {EmbeddedBundleStore} from '../../adapters/embedded/bundle-store.js'
import {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../adapters/embedded/event-log.js'
import {EmbeddedStateStore} from '../../adapters/embedded/state-store.js'
import {storedKeys} from '../../adapters/embedded/stored-keys.js'
import {formatTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import {KeptBundles} from '../bundle/kept-bundles.js'
import {BundleHistory} from '../export/bundle-history.js'
import {completeFrom} from './comparable-state.js'
import {comparePartitions} from './compare-partitions.js'
import {keyDifferences} from './key-differences.js'
import {LogReading} from './log-reading.js'
import {recompute} from './recompute.js'
import type {StateDifference} from './state-difference.js'

/** The embedded log has one partition. */
const PARTITION = 0

/** Differences that are told; the others are counted. */
export const DIFFERENCES_TOLD = 100

export interface VerifyOptions {
  readonly dataDir: string
  readonly clock: Clock
  /** Told how many inputs were read again so far. */
  readonly onProgress: (read: number) => void
}

export interface StateVerdict {
  /** Inputs that were read again. */
  readonly inputs: number
  readonly keys: number
  /** Event time from which events are compared, as the log does not hold all from before; null if it holds everything. */
  readonly complete_from: string | null
  readonly differing: number
  readonly differences: readonly StateDifference[]
}

/** There is nothing to compare. */
export class NothingStoredError extends RangeError {
  constructor(dataDir: string) {
    super(`${dataDir}: no service has stored anything here; name a service's folder with --data-dir`)
    this.name = 'NothingStoredError'
  }
}

/** Compares the state that a stopped service stored with what follows from its log. Neither is changed. */
export async function verifyState(options: VerifyOptions): Promise<StateVerdict> {
  const {dataDir, clock, onProgress} = options
  // Opening it would make a folder where there is none.
  if (!existsSync(dataDir)) throw new NothingStoredError(dataDir)
  const database = await EmbeddedDatabase.open(dataDir)
  try {
    const stored = new EmbeddedStateStore(database)
    const opened = await stored.open(PARTITION)
    const {checkpoint} = opened
    if (checkpoint === undefined) throw new NothingStoredError(dataDir)
    const log = await EmbeddedEventLog.open(database, {clock})
    const history = await BundleHistory.read(database, PARTITION)
    const recomputed = await recompute({
      reading: new LogReading(log, history, PARTITION, checkpoint.offset),
      begin: log.begin,
      firstBundle: history.idAt(log.begin),
      bundles: new KeptBundles(new EmbeddedBundleStore(database)),
      ...{partition: PARTITION, checkpoint, onProgress},
    })
    const from = await completeFrom(log, recomputed.partition.bundle)
    const found = [...comparePartitions(opened, await recomputed.store.open(PARTITION), from)]
    const keys = new Set(recomputed.keys)
    for await (const key of storedKeys(database, PARTITION)) keys.add(key)
    for await (const difference of keyDifferences(
      ...([[...keys], stored, PARTITION, recomputed, [recomputed.partition], from] as const),
    ))
      found.push(difference)
    return {
      inputs: checkpoint.offset - log.begin,
      keys: keys.size,
      complete_from: Number.isFinite(from) ? formatTime(from) : null,
      differing: found.length,
      differences: found.slice(0, DIFFERENCES_TOLD),
    }
  } finally {
    await database.close()
  }
}
