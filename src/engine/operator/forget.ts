import {concatMap, type MonoTypeOperatorFunction} from 'rxjs'
import {CONTROL_STREAM} from '../../core/bundle/activation.js'
import {observeRecord} from '../../core/watermark/watermark.js'
import type {InputBatch} from '../port/event-source.js'
import type {StateStore} from '../port/state-store.js'
import {forgetUser} from '../stage/forget-user.js'
import type {Partition} from '../stage/partition.js'
import type {Publications} from './publish.js'

/** Where the log says so, a user is forgotten: what came before leaves the state with the commit of that batch. */
export function forget(
  partitionOf: (number: number) => Partition,
  store: StateStore,
  publications: Publications,
): MonoTypeOperatorFunction<InputBatch> {
  return concatMap(async (input) => {
    if (input.forget === undefined) return input
    // What was said of the user leaves the outbox with the commit of this batch.
    await publications.areDone()
    const partition = partitionOf(input.partition)
    observeRecord(partition.timeAt(input.polledAt), CONTROL_STREAM, input.polledAt)
    partition.forgotten = await forgetUser(partition, input.forget, store)
    return input
  })
}
