import {concatMap, type OperatorFunction} from 'rxjs'
import type {DecisionWatch} from '../port/decision-watch.js'
import type {Commit, StateStore} from '../port/state-store.js'
import {toCommit} from '../stage/to-commit.js'
import type {CommittedBatch, DecidedBatch} from './batch.js'

/**
 * One micro-batch, one atomic commit: state, watermark, offsets, ledger and outbox, all or nothing. A refused commit
 * (another owner, another offset) fails the pipeline of the partition: nothing of the batch has happened.
 */
export function commit(
  store: StateStore,
  logsFeatures: boolean,
  watch: DecisionWatch | undefined,
): OperatorFunction<DecidedBatch, CommittedBatch> {
  return concatMap(async (batch) => {
    const committing = toCommit(batch, logsFeatures)
    if (batch.lookedBackAt.length > 0 || changesAnything(committing)) {
      await store.commit(batch.partition.number, committing)
    }
    watch?.committed(batch.decisions)
    const {partition, states, repartitioned} = batch
    const inUse = [...states, ...repartitioned]
    for (const {keys} of partition.stages) keys.evict(inUse)
    return {...batch, commit: committing}
  })
}

/** A poll that brought nothing may still drop what has expired. */
function changesAnything({checkpoint, fromOffset, keys, outbox, inForce}: Commit): boolean {
  return checkpoint.offset !== fromOffset || keys.length > 0 || outbox !== undefined || inForce !== undefined
}
