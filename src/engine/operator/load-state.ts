import {concatMap, type OperatorFunction} from 'rxjs'
import {emptyKeyState, type KeyState} from '../../core/decision/key-state.js'
import {type DecodedEvent, isRefusal, type Refusal} from '../../core/event/decode.js'
import {MERCHANTS} from '../../core/event/stream.js'
import type {StateStore} from '../port/state-store.js'
import type {Partition} from '../stage/partition.js'
import {restoreKey} from '../stage/restore.js'
import {retireBeyondCap} from '../stage/retire-beyond-cap.js'
import type {DecodedBatch, LoadedBatch} from './batch.js'

/** So many keys whose oldest events expired are looked at with each batch. */
const EXPIRING_KEYS_PER_BATCH = 500

/** So many keys of which a deadline is reached are looked at with each batch. */
const DUE_KEYS_PER_BATCH = 500

/** Brings the state of every key that the batch touches into memory: one request for all that are missing. */
export function loadState(store: StateStore): OperatorFunction<DecodedBatch, LoadedBatch> {
  return concatMap(async (batch) => {
    const {partition, outcomes} = batch
    const expiring = partition.expiredKeys(EXPIRING_KEYS_PER_BATCH)
    const due = partition.dueKeys(DUE_KEYS_PER_BATCH)
    const missing = new Set<string>()
    const held = (key: string): KeyState | undefined => {
      const state = partition.keys.get(key)
      if (state === undefined) missing.add(key)
      return state
    }
    const states: (KeyState | undefined)[] = []
    for (const outcome of outcomes) {
      states.push(isKeyed(outcome) ? held(outcome.key) : undefined)
      if (!isRefusal(outcome) && !isKeyed(outcome)) visitors(partition, outcome).forEach(held)
    }
    expiring.forEach(held)
    due.forEach(held)
    if (missing.size > 0) {
      await load(partition, store, [...missing])
      for (const [i, outcome] of outcomes.entries())
        if (isKeyed(outcome)) states[i] ??= partition.keys.get(outcome.key)
    }
    const stateOf = (key: string): KeyState => partition.keys.get(key) as KeyState
    return {...batch, states, expiring: expiring.map(stateOf), due: due.map(stateOf)}
  })
}

/** An event of some key; a merchant's profile belongs to none. */
function isKeyed(outcome: DecodedEvent | Refusal): outcome is DecodedEvent {
  return !isRefusal(outcome) && outcome.stream.name !== MERCHANTS
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

/** The keys with transactions that a new profile may change. */
function visitors(partition: Partition, {key, time}: DecodedEvent): readonly string[] {
  return partition.visits.keysSince(key, time)
}
