import {concatMap, type OperatorFunction} from 'rxjs'
import {isRefusal} from '../../core/event/decode.js'
import {MERCHANTS} from '../../core/event/stream.js'
import type {StateStore} from '../port/state-store.js'
import type {Partition} from '../stage/partition.js'
import {restoreKey} from '../stage/restore.js'
import type {DecodedBatch} from './batch.js'

/** So many keys whose oldest events expired are looked at with each batch. */
const EXPIRED_KEYS_PER_BATCH = 500

/** Brings the state of every key that the batch touches into memory: one request for all that are missing. */
export function loadState(store: StateStore): OperatorFunction<DecodedBatch, DecodedBatch> {
  return concatMap(async (batch) => {
    const {partition} = batch
    const needed = keysOf(batch)
    for (const key of partition.expiredKeys(EXPIRED_KEYS_PER_BATCH)) needed.add(key)
    partition.keys.evict(needed)
    const missing = [...needed].filter((key) => !partition.keys.has(key))
    if (missing.length > 0) await load(partition, store, missing)
    return batch
  })
}

async function load(partition: Partition, store: StateStore, keys: readonly string[]): Promise<void> {
  // A key without an expiry was never seen: there is nothing to ask for.
  const seen = keys.filter((key) => partition.expiries.has(key))
  const found = seen.length === 0 ? [] : await store.load(partition.number, seen)
  for (const [i, key] of seen.entries()) partition.keys.put(restoreKey(key, found[i], partition.bundle))
}

function keysOf({outcomes, partition}: DecodedBatch): Set<string> {
  const keys = new Set<string>()
  for (const outcome of outcomes) {
    if (isRefusal(outcome)) continue
    if (outcome.stream.name !== MERCHANTS) keys.add(outcome.key)
    else for (const key of partition.visits.keysSince(outcome.key, outcome.time)) keys.add(key)
  }
  return keys
}
