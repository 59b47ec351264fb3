import type {StoredEvent} from '../../../../src/core/event/stored-event.js'
import type {EventTime} from '../../../../src/core/event/time.js'

const RANKS: {readonly [stream: string]: number} = {merchants: 0, locations: 1, transactions: 2}

/** An accepted event without fields. */
export function storedEvent(
  stream: 'merchants' | 'locations' | 'transactions',
  time: number,
  id: string,
): StoredEvent {
  return {
    stream,
    rank: RANKS[stream] ?? 9,
    time: time as EventTime,
    id,
    fields: {},
    predicates: [],
    contentHash: 0,
  }
}

export function fix(time: number, id = `l${time}`): StoredEvent {
  return storedEvent('locations', time, id)
}

export function transaction(time: number, id = `t${time}`): StoredEvent {
  return storedEvent('transactions', time, id)
}
