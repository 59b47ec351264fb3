import type {EventTime} from '../../core/event/time.js'
import type {StateStore} from '../../engine/port/state-store.js'
import type {Partition} from '../../engine/stage/partition.js'
import {parseStoreKey} from '../../engine/stage/store-key.js'
import {comparableInAll} from './comparable-state.js'
import {compareKeys} from './compare-keys.js'
import type {Recomputed} from './recompute.js'
import type {StateDifference} from './state-difference.js'

const KEYS_AT_ONCE = 500

/** What differs between keys as they are stored and as they follow from the log. `from`: the log is complete from this event time on. */
export async function* keyDifferences(
  keys: readonly string[],
  stored: Pick<StateStore, 'load'>,
  partition: number,
  recomputed: Recomputed,
  /** The partition as it was recomputed and, where its time may have gone on differently, as it is stored. */
  standing: readonly Partition[],
  from: EventTime,
): AsyncGenerator<StateDifference> {
  for (let i = 0; i < keys.length; i += KEYS_AT_ONCE) {
    const asked = keys.slice(i, i + KEYS_AT_ONCE)
    const [there, here] = await Promise.all([
      stored.load(partition, asked),
      recomputed.store.load(partition, asked),
    ])
    for (const [at, name] of asked.entries()) {
      const {keyField, key} = parseStoreKey(name)
      const comparable = comparableInAll(keyField, standing, from)
      for (const detail of compareKeys(there[at], here[at], comparable))
        yield {place: `${keyField} ${key}`, detail}
    }
  }
}
