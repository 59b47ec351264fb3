import type {Bundle} from '../../core/bundle/bundle.js'
import {BEGINNING_OF_TIME, type WallTime} from '../../core/event/time.js'
import type {Publisher} from '../port/publisher.js'
import type {OpenedPartition, StateStore} from '../port/state-store.js'
import {Exchange, type Routing} from './exchange.js'
import {Partition} from './partition.js'
import {SharedState} from './shared-state.js'

/** How a partition exchanges events with those of other processes. */
export interface Exchanging {
  readonly routing: Routing
  /** When it is opened, by the clock. */
  readonly at: WallTime
}

/**
 * Takes a partition: a new epoch fences its former owner, and what that owner committed but may not have published is
 * published first. Subscribers may see those records twice, under the same ids. `bundleOf` gives the bundle that was in
 * force where the partition stands; of undefined, the one with which it begins.
 */
export async function openPartition(
  number: number,
  bundleOf: (id: string | undefined) => Promise<Bundle>,
  store: StateStore,
  publisher: Publisher,
  keyCapacity: number,
  exchanging?: Exchanging,
): Promise<Partition> {
  const opened = await store.open(number)
  const bundle = await bundleOf(opened.checkpoint?.bundle)
  const shared = exchanging && exchangingState(number, bundle, opened, keyCapacity, exchanging)
  const partition = new Partition(number, bundle, opened, keyCapacity, shared)
  for (const entry of opened.outbox) {
    await publisher.publish(entry)
    partition.publishedUpTo = entry.sequence
  }
  return partition
}

function exchangingState(
  number: number,
  bundle: Bundle,
  {checkpoint}: OpenedPartition,
  keyCapacity: number,
  {routing, at}: Exchanging,
): SharedState {
  const stored = checkpoint?.exchange
  const exchange = new Exchange(number, routing, stored, at)
  const settledUpTo = stored?.settledUpTo ?? BEGINNING_OF_TIME
  const resolvedUpTo = stored?.resolvedUpTo ?? BEGINNING_OF_TIME
  return new SharedState(bundle, keyCapacity, exchange, {settledUpTo, resolvedUpTo})
}
