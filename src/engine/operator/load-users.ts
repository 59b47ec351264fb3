import {concatMap, type OperatorFunction} from 'rxjs'
import {userOf} from '../../core/decision/decision-state.js'
import type {StateStore} from '../port/state-store.js'
import {WantedKeys} from '../stage/wanted-keys.js'
import type {MatchedBatch} from './batch.js'

/** Brings the users into memory whose transactions a rule of a further stage is about: their decisions may change. */
export function loadUsers(store: StateStore): OperatorFunction<MatchedBatch, MatchedBatch> {
  return concatMap(async (batch) => {
    const {partition, consequences} = batch
    // Elsewhere they are told what was found.
    if (partition.shared.exchange !== undefined) return batch
    const wanted = new WantedKeys(partition)
    for (const {state, changes} of consequences) {
      if (state.keyField === 'user_id') continue
      for (const change of changes) {
        const user = userOf(change)
        if (user !== undefined) wanted.add(partition.users, user)
      }
    }
    await wanted.load(store)
    return batch
  })
}
