import type {StoredEvent} from '../../../event/stored-event.js'
import {TRANSACTIONS} from '../../../event/stream.js'
import type {EventTime} from '../../../event/time.js'

/** The two fields that say what a transaction is worth, in its currency and in US dollars: one follows from the other. */
const AMOUNT = 'amount'
const AMOUNT_USD = 'amount_usd'

/** An event as it would be with another value in a field. `event_time` moves it. */
export function withField(
  event: StoredEvent,
  field: string,
  value: number | string | boolean | undefined,
): StoredEvent {
  if (field === 'event_time') return {...event, time: value as EventTime}
  const changed = {...event, fields: {...event.fields, [field]: value}}
  const other = otherAmount(event, field)
  if (other === undefined || typeof value !== 'number') return changed
  return {...changed, fields: {...changed.fields, [other.field]: value * other.rate}}
}

/** Whether the amount in the other currency would be known if this one changed. */
export function isAmountConvertible(event: StoredEvent, field: string): boolean {
  return !isAmount(event, field) || otherAmount(event, field) !== undefined
}

/** The same amount in the other currency: so many of its units for one of this. Undefined if it is not known. */
export function otherAmount(
  event: StoredEvent,
  field: string,
): {readonly field: string; readonly rate: number} | undefined {
  if (!isAmount(event, field)) return undefined
  const other = field === AMOUNT ? AMOUNT_USD : AMOUNT
  const rate = Number(event.fields[other]) / Number(event.fields[field])
  return rate > 0 && Number.isFinite(rate) ? {field: other, rate} : undefined
}

function isAmount({stream}: StoredEvent, field: string): boolean {
  return stream === TRANSACTIONS && (field === AMOUNT || field === AMOUNT_USD)
}
