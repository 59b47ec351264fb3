import {count, lastValueFrom, tap} from 'rxjs'
import type {Line} from '../../adapters/files/line-reader.js'
import {ReplaySource} from '../../adapters/files/replay-source.js'
import {VolatileStateStore} from '../../adapters/memory/volatile-state-store.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import type {WallTime} from '../../core/event/time.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import {scoring} from '../../engine/pipeline/scoring.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Scorer} from '../../engine/port/model.js'
import type {Publisher} from '../../engine/port/publisher.js'
import {Partition} from '../../engine/stage/partition.js'
import {SharedState} from '../../engine/stage/shared-state.js'
import {InTurns} from './in-turns.js'

export interface ReplayRun {
  readonly lines: AsyncIterable<readonly Line[]>
  readonly bundle: Bundle
  /** By id: the bundles that the lines of a service's recording activate. Without them they are lines like others. */
  readonly recorded?: ReadonlyMap<string, Bundle> | undefined
  readonly publisher: Publisher
  /** Whether the publisher is to hear of features as they were served. */
  readonly logsFeatures?: boolean | undefined
  /** Whether batches carry the features of their transactions in any case. */
  readonly servesFeatures?: boolean | undefined
  /** Without one, rules alone decide. */
  readonly scorer?: Scorer | undefined
  /** Hears of each batch. */
  readonly onBatch?: (batch: CommittedBatch) => void
}

/** A replay's wall time is the arrival of its events: nothing takes any time. */
const ARRIVAL_CLOCK: Clock = {now: () => Number.NEGATIVE_INFINITY as WallTime}

/** Runs the engine over recorded lines, in memory. Resolves at the end of the input with the state of the partitions. */
export async function runReplay(run: ReplayRun): Promise<readonly Partition[]> {
  const {bundle, recorded, lines, publisher, onBatch} = run
  const store = new VolatileStateStore()
  const nothingYet = await store.open()
  const shared = new SharedState(bundle, Number.POSITIVE_INFINITY)
  const partitions = new Map<number, Partition>()
  const input = new ReplaySource({lines, bundle, isRecording: recorded !== undefined})
  const partitionOf = (number: number): Partition => {
    let partition = partitions.get(number)
    if (partition === undefined) {
      partition = new Partition(number, shared.bundle, nothingYet, Number.POSITIVE_INFINITY, shared)
      partitions.set(number, partition)
    }
    return partition
  }
  const batches = scoring({
    source: new InTurns(input, shared, partitionOf),
    store,
    publisher,
    clock: ARRIVAL_CLOCK,
    scorer: run.scorer,
    logsFeatures: run.logsFeatures ?? false,
    ...(run.servesFeatures === undefined ? {} : {servesFeatures: run.servesFeatures}),
    partitionOf,
    bundleOf: async (id) => {
      const named = recorded?.get(id)
      if (named === undefined) throw new RangeError(`a line activates the bundle ${id}, which is not there`)
      // The next line is read when this bundle is in force.
      input.judgeBy(named)
      return {bundle: named}
    },
  })
  await lastValueFrom(
    batches.pipe(
      tap((batch) => onBatch?.(batch)),
      count(),
    ),
  )
  return [...partitions.values()]
}
