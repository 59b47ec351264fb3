import {count, lastValueFrom, tap} from 'rxjs'
import type {Line} from '../../adapters/files/line-reader.js'
import {ReplaySource} from '../../adapters/files/replay-source.js'
import {VolatileStateStore} from '../../adapters/memory/volatile-state-store.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {decoderOf} from '../../core/bundle/decoder-of.js'
import type {WallTime} from '../../core/event/time.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import {scoring} from '../../engine/pipeline/scoring.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Publisher} from '../../engine/port/publisher.js'
import {Partition} from '../../engine/stage/partition.js'
import {SharedState} from '../../engine/stage/shared-state.js'
import {UntilResolved} from './until-resolved.js'

export interface ReplayRun {
  readonly lines: AsyncIterable<readonly Line[]>
  readonly bundle: Bundle
  /** By id: the bundles that lines of the input may activate. Without them no line can. */
  readonly bundles?: ReadonlyMap<string, Bundle>
  readonly publisher: Publisher
  /** No longer needed: the bundle says it. */
  readonly eventLimit?: number
  readonly panExempt?: ReadonlySet<string>
  /** Hears of each batch. */
  readonly onBatch?: (batch: CommittedBatch) => void
}

/** A replay's wall time is the arrival of its events: nothing takes any time. */
const ARRIVAL_CLOCK: Clock = {now: () => Number.NEGATIVE_INFINITY as WallTime}

/** Runs the engine over recorded lines, in memory. Resolves at the end of the input with the state of the partitions. */
export async function runReplay(run: ReplayRun): Promise<readonly Partition[]> {
  const {bundle, bundles, lines, publisher, onBatch} = run
  const {maxFutureSkew} = bundle.settings.time
  const {eventLimit} = bundle.settings.intake
  const decodeEvent = decoderOf(bundle)
  const store = new VolatileStateStore()
  const nothingYet = await store.open()
  const shared = new SharedState(bundle, Number.POSITIVE_INFINITY)
  const partitions = new Map<number, Partition>()
  const recorded = new ReplaySource({lines, decodeEvent, maxFutureSkew, eventLimit})
  const source = new UntilResolved(recorded, partitions)
  const partitionOf = (number: number): Partition => {
    let partition = partitions.get(number)
    if (partition === undefined) {
      partition = new Partition(number, shared.bundle, nothingYet, Number.POSITIVE_INFINITY, shared)
      partitions.set(number, partition)
    }
    return partition
  }
  const batches = scoring({
    source,
    store,
    publisher,
    clock: ARRIVAL_CLOCK,
    partitionOf,
    bundleOf: async (id) => {
      const named = bundles?.get(id)
      if (named === undefined) throw new RangeError(`the bundle ${id} is not there; export it with the events`)
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
