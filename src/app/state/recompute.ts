import {count, lastValueFrom, tap} from 'rxjs'
import {MemoryStateStore} from '../../adapters/memory/memory-state-store.js'
import type {EventTime, WallTime} from '../../core/event/time.js'
import {observeResolved} from '../../core/watermark/watermark.js'
import {scoring} from '../../engine/pipeline/scoring.js'
import type {EventSource, InputBatch} from '../../engine/port/event-source.js'
import type {Publisher} from '../../engine/port/publisher.js'
import type {Checkpoint} from '../../engine/port/state-store.js'
import {type Exchanging, openPartition} from '../../engine/stage/open-partition.js'
import type {Partition} from '../../engine/stage/partition.js'
import type {KeptBundles} from '../bundle/kept-bundles.js'

export interface Recomputed {
  readonly store: MemoryStateStore
  readonly partition: Partition
  /** Every key of which something was stored. */
  readonly keys: ReadonlySet<string>
}

export interface RecomputeOptions {
  /** The log, up to where the stored state stands. */
  readonly reading: EventSource
  /** Offset at which it begins. */
  readonly begin: number
  /** The bundle that was in force there. */
  readonly firstBundle: string
  readonly bundles: KeptBundles
  readonly partition: number
  /** Where the stored state stands. */
  readonly checkpoint: Checkpoint
  /** How the partition exchanges events with others, where there are several. */
  readonly exchanging?: Exchanging | undefined
  /** Told how many inputs were read so far. */
  readonly onProgress: (read: number) => void
}

/** Begins where the log does: what came before is not there any more. */
async function skipTo(offset: number, partition: Partition, store: MemoryStateStore): Promise<void> {
  const {number, epoch, ledger, bundle, outboxSequence} = partition
  const time = partition.timeBegunAt(Number.NEGATIVE_INFINITY as WallTime)
  partition.offset = offset
  await store.commit(number, {
    epoch,
    fromOffset: 0,
    checkpoint: {offset, time, ledger, bundle: bundle.id, counts: [], lookedBackUpTo: {}, outboxSequence},
    inForce: undefined,
    keys: [],
    profiles: [],
    visits: [],
    visitsSettledUpTo: Number.NEGATIVE_INFINITY as EventTime,
    outbox: undefined,
    publishedUpTo: 0,
  })
}

/** The log, and then empty batches until all is done that was due where the stored state stands. */
function untilResolved(reading: EventSource, partition: Partition, {time}: Checkpoint): EventSource {
  return {
    partitions: () => reading.partitions(),
    seek: (...place) => reading.seek(...place),
    next: async (): Promise<InputBatch | undefined> => {
      const batch = await reading.next()
      if (batch !== undefined || partition.time === undefined) return batch
      if (time.resolved !== null) observeResolved(partition.time, time.resolved)
      const isDue = partition.stages.some((stage) => stage.dueKeys(1).length > 0)
      const {number, offset} = partition
      return isDue ? {partition: number, records: [], polledAt: time.wall, nextOffset: offset} : undefined
    },
    ...(reading.before === undefined ? {} : {before: reading.before.bind(reading)}),
  }
}

/** What is recomputed is said to nobody. */
export const TO_NOBODY: Publisher = {publish: async () => undefined}

/** Runs the engine over what the log holds, in memory, up to where the stored state stands. */
export async function recompute(options: RecomputeOptions): Promise<Recomputed> {
  const {reading, begin, firstBundle, bundles, partition: number, checkpoint, onProgress} = options
  const store = new MemoryStateStore()
  const bundleOf = async (id: string) => (await bundles.load(id)).bundle
  const partition = await openPartition(
    number,
    () => bundleOf(firstBundle),
    store,
    TO_NOBODY,
    Number.POSITIVE_INFINITY,
    options.exchanging,
  )
  if (begin > 0) await skipTo(begin, partition, store)
  const keys = new Set<string>()
  let read = 0
  const batches = scoring({
    source: untilResolved(reading, partition, checkpoint),
    store,
    publisher: TO_NOBODY,
    clock: {now: () => Number.NEGATIVE_INFINITY as WallTime},
    partitionOf: () => partition,
    bundleOf: async (id) => ({bundle: await bundleOf(id)}),
  })
  await lastValueFrom(
    batches.pipe(
      tap(({input, commit}) => {
        for (const {key} of commit.keys) keys.add(key)
        read += input.records.length
        onProgress(read)
      }),
      count(),
    ),
  )
  return {store, partition, keys}
}
