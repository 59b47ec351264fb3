import {concatMap, type OperatorFunction} from 'rxjs'
import type {Publisher} from '../port/publisher.js'
import type {CommittedBatch} from './batch.js'

/**
 * Hands the batch's records to the world, only after its commit. A later commit removes what was published from the outbox.
 * `afterwards` is done before the next batch is asked for.
 */
export function publish(
  publisher: Publisher,
  afterwards?: (batch: CommittedBatch) => Promise<void>,
): OperatorFunction<CommittedBatch, CommittedBatch> {
  return concatMap(async (batch) => {
    const {outbox} = batch.commit
    if (outbox !== undefined) {
      await publisher.publish(outbox)
      batch.partition.publishedUpTo = outbox.sequence
    }
    await afterwards?.(batch)
    return batch
  })
}
