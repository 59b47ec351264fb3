import {concatMap, identity, type OperatorFunction} from 'rxjs'
import {isRefusal} from '../../core/event/decode.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import type {DecisionWatch, WaitedInput} from '../port/decision-watch.js'
import type {AdmittedBatch} from './batch.js'

/** Asks, before a batch is decided on, which of those who wait for its transactions have been answered by a fallback. */
export function heedWaiting<B extends AdmittedBatch>(
  watch: DecisionWatch | undefined,
): OperatorFunction<B, B> {
  if (watch?.beginning === undefined) return identity
  return concatMap(async (batch) => {
    const waited = waitedIn(batch)
    if (waited.length > 0) await watch.beginning?.(waited)
    return batch
  })
}

function waitedIn({input, fates, outcomes}: AdmittedBatch): readonly WaitedInput[] {
  return input.records.flatMap(({stream, replyTo}, i) => {
    const outcome = outcomes[i]
    if (replyTo === undefined || stream !== TRANSACTIONS || fates[i]?.fate !== 'accepted') return []
    if (outcome === undefined || isRefusal(outcome)) return []
    return [{userId: outcome.key, transactionId: outcome.id, replyTo}]
  })
}
