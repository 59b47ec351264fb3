import type {Bundle} from '../../core/bundle/bundle.js'
import type {Publisher} from '../port/publisher.js'
import type {StateStore} from '../port/state-store.js'
import {Partition} from './partition.js'

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
): Promise<Partition> {
  const opened = await store.open(number)
  const partition = new Partition(number, await bundleOf(opened.checkpoint?.bundle), opened, keyCapacity)
  for (const entry of opened.outbox) {
    await publisher.publish(entry)
    partition.publishedUpTo = entry.sequence
  }
  return partition
}
