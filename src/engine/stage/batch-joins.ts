import type {KeyState} from '../../core/decision/key-state.js'
import {compareEvents} from '../../core/event/order.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import {LOCATIONS, MERCHANTS} from '../../core/event/stream.js'
import type {TransactionJoins} from '../../core/feature/read-features.js'
import {locationAsOf} from '../../core/history/as-of-join.js'
import {merchantOf, type Partition} from './partition.js'

/** Location and merchant as of a transaction, also from what came earlier in the batch and is in no history yet. */
export class BatchJoins implements TransactionJoins {
  /** The user whose transaction is looked at. */
  user: KeyState | undefined
  private readonly fixes = new Map<KeyState, StoredEvent[]>()
  private readonly profiles = new Map<string, StoredEvent[]>()

  constructor(private readonly partition: Partition) {}

  /** An event of the batch, in the order of arrival. */
  arrived(event: StoredEvent, state: KeyState | undefined): void {
    if (event.stream === LOCATIONS && state !== undefined) append(this.fixes, state, event)
    if (event.stream === MERCHANTS) append(this.profiles, merchantOf(event), event)
  }

  locationAsOf(transaction: StoredEvent): StoredEvent | undefined {
    const {user} = this
    if (user === undefined) return undefined
    const {locationMaxAge} = this.partition.bundle.settings
    const known = locationAsOf(user.history, transaction, locationMaxAge)
    const fix = newest(known, this.fixes.get(user), transaction)
    return fix !== undefined && transaction.time - fix.time <= locationMaxAge ? fix : undefined
  }

  merchantAsOf(transaction: StoredEvent): StoredEvent | undefined {
    const id = transaction.fields.merchant_id
    if (typeof id !== 'string') return undefined
    const known = this.partition.shared.merchants.asOf(id, transaction.time)
    return newest(known, this.profiles.get(id), transaction)
  }
}

function append<Key>(lists: Map<Key, StoredEvent[]>, key: Key, event: StoredEvent): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [event])
  else list.push(event)
}

/** The last in the total order that is not later than the transaction. */
function newest(
  known: StoredEvent | undefined,
  arrived: readonly StoredEvent[] | undefined,
  {time}: StoredEvent,
): StoredEvent | undefined {
  let last = known
  for (const event of arrived ?? [])
    if (event.time <= time && (last === undefined || compareEvents(event, last) > 0)) last = event
  return last
}
