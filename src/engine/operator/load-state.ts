import {concatMap, type OperatorFunction} from 'rxjs'
import {emptyKeyState, type KeyState} from '../../core/decision/key-state.js'
import {type DecodedEvent, isRefusal} from '../../core/event/decode.js'
import {MERCHANTS} from '../../core/event/stream.js'
import type {StateStore} from '../port/state-store.js'
import type {Partition} from '../stage/partition.js'
import {restoreKey} from '../stage/restore.js'
import {retireBeyondCap} from '../stage/retire-beyond-cap.js'
import type {DecodedBatch, LoadedBatch} from './batch.js'

/** So many keys whose oldest events expired are looked at with each batch. */
const EXPIRING_KEYS_PER_BATCH = 500

/** Brings the state of every key that the batch touches into memory: one request for all that are missing. */
export function loadState(store: StateStore): OperatorFunction<DecodedBatch, LoadedBatch> {
  return concatMap(async (batch) => {
    const {partition, outcomes} = batch
    const expiring = partition.expiredKeys(EXPIRING_KEYS_PER_BATCH)
    await load(partition, store, missingKeys(batch, expiring))
    const stateOf = (key: string): KeyState => partition.keys.get(key) as KeyState
    const states = outcomes.map((outcome) =>
      isRefusal(outcome) || outcome.stream.name === MERCHANTS ? undefined : stateOf(outcome.key),
    )
    return {...batch, states, expiring: expiring.map(stateOf)}
  })
}

/** Fetches keys that the store may hold, and begins the others empty. */
async function load(partition: Partition, store: StateStore, keys: readonly string[]): Promise<void> {
  const listed = keys.filter((key) => partition.expiries.has(key))
  const found = listed.length === 0 ? [] : await store.load(partition.number, listed)
  for (const [i, key] of listed.entries()) {
    const state = restoreKey(key, found[i], partition.bundle)
    // The store keeps a hot key's events whole.
    for (const {rank} of partition.bundle.streams.values()) retireBeyondCap(partition, state.history, rank)
    partition.keys.put(state)
  }
  for (const key of keys) if (partition.keys.get(key) === undefined) partition.keys.put(emptyKeyState(key))
}

function missingKeys({outcomes, partition}: DecodedBatch, expiring: readonly string[]): readonly string[] {
  const missing = new Set<string>()
  const need = (key: string): void => {
    if (partition.keys.get(key) === undefined) missing.add(key)
  }
  expiring.forEach(need)
  for (const outcome of outcomes) {
    if (isRefusal(outcome)) continue
    if (outcome.stream.name === MERCHANTS) visitors(partition, outcome).forEach(need)
    else need(outcome.key)
  }
  return [...missing]
}

/** The keys with transactions that a new profile may change. */
function visitors(partition: Partition, {key, time}: DecodedEvent): readonly string[] {
  return partition.visits.keysSince(key, time)
}
