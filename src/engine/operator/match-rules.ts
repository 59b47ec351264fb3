import {map, type OperatorFunction} from 'rxjs'
import type {KeyState} from '../../core/decision/key-state.js'
import {TRANSACTIONS} from '../../core/event/stream.js'
import type {EventTime} from '../../core/event/time.js'
import type {PersistedVisit} from '../port/state-store.js'
import {merchantOf, type Partition} from '../stage/partition.js'
import type {AcceptedEvent, AdmittedBatch, Consequence, MatchedBatch} from './batch.js'

/**
 * Lets each accepted event enter the history of its key, in the order of arrival, and evaluates the rules that it
 * concerns, with location and merchant joined as of the transaction's time. Before that, rules that waited for something
 * to be absent fire where their deadline is reached.
 */
export function matchRules(): OperatorFunction<AdmittedBatch, MatchedBatch> {
  return map((batch) => {
    const {partition} = batch
    const consequences: Consequence[] = []
    const visits: PersistedVisit[] = []
    for (const state of batch.due) timeWentOn(partition, state, consequences)
    for (const cause of batch.accepted) {
      if (cause.state === undefined) profileEntered(partition, cause, consequences)
      else eventEntered(partition, cause, consequences, visits)
    }
    return {...batch, consequences, visits}
  })
}

function timeWentOn(partition: Partition, state: KeyState, consequences: Consequence[]): void {
  const changes = partition.evaluator.timeWentOn(state, partition.resolvedUpTo)
  if (changes.length > 0) consequences.push({cause: undefined, state, changes})
}

function eventEntered(
  partition: Partition,
  cause: AcceptedEvent,
  consequences: Consequence[],
  visits: PersistedVisit[],
): void {
  const {event} = cause
  const state = cause.state as NonNullable<AcceptedEvent['state']>
  state.history.insert(event)
  const changes = partition.evaluator.eventEntered(state, event, cause)
  if (event.stream === TRANSACTIONS && partition.bundle.merchantRules.length > 0) {
    const merchant = event.fields.merchant_id
    if (typeof merchant === 'string') {
      const visit = {merchant, key: state.key, time: event.time}
      partition.visits.add(visit)
      visits.push(visit)
    }
  }
  if (changes.length > 0 || event.stream === TRANSACTIONS) consequences.push({cause, state, changes})
}

/** A new version of a profile concerns the unsettled transactions at that merchant, up to the next version. */
function profileEntered(partition: Partition, cause: AcceptedEvent, consequences: Consequence[]): void {
  const {event} = cause
  const merchant = merchantOf(event)
  const {merchants, visits, evaluator} = partition
  merchants.insert(merchant, event)
  const until: EventTime = merchants.nextVersionTime(merchant, event)
  for (const {key, time} of visits.between(merchant, event.time, until)) {
    const state = partition.keys.get(key)
    if (state === undefined) continue
    const changes = evaluator.merchantChanged(state, time, cause)
    if (changes.length > 0) consequences.push({cause, state, changes})
  }
}
