import type {AcceptedEvent, KeyName, ListFile, RatesFile, StreamName} from './shapes.js'
import {dataFileMs} from './spelled-time.js'
import {compareEvents} from './total-order.js'

/** Everything that is true at the end: all accepted events in the total order, and the data files. */
export interface World {
  readonly events: readonly AcceptedEvent[]
  readonly lists: readonly ListFile[]
  /** Milliseconds. */
  readonly locationMaxAge: number
}

/** Sorts the events and derives each transaction's `amount_usd`. */
export function worldOf(
  accepted: readonly AcceptedEvent[],
  lists: readonly ListFile[],
  rates: RatesFile,
  locationMaxAge: number,
): World {
  const events = accepted.map((event) => withAmountUsd(event, rates)).sort(compareEvents)
  return {events, lists, locationMaxAge}
}

/** `amount_usd` by the rate in force at the transaction's event time; absent for an unknown currency. */
function withAmountUsd(event: AcceptedEvent, rates: RatesFile): AcceptedEvent {
  if (event.stream !== 'transactions') return event
  const rate = usdPer(String(event.fields['currency']), event.time, rates)
  if (rate === null) return event
  return {...event, fields: {...event.fields, amount_usd: Number(event.fields['amount']) * rate}}
}

function usdPer(currency: string, time: number, rates: RatesFile): number | null {
  if (currency === 'USD') return 1
  const steps = Object.hasOwn(rates.usd_per, currency) ? (rates.usd_per[currency] ?? []) : []
  const begun = steps.filter((step) => dataFileMs(step.from) <= time)
  const latest = begun.sort((left, right) => dataFileMs(left.from) - dataFileMs(right.from)).at(-1)
  return latest === undefined ? null : latest.rate
}

const STREAMS_WITH_KEY: Readonly<Record<KeyName, readonly StreamName[]>> = {
  user_id: ['transactions', 'locations', 'feedback'],
  card_id: ['transactions'],
  merchant_id: ['transactions', 'merchants'],
  device_id: ['transactions'],
  ip: ['transactions'],
}

export interface KeyHistory {
  readonly value: string
  /** The accepted events of the key, in the total order. */
  readonly events: readonly AcceptedEvent[]
}

/** One history per key value; a card's history is that card's events of one user. */
export function historiesOf(world: World, key: KeyName): readonly KeyHistory[] {
  const histories = new Map<string, {value: string; events: AcceptedEvent[]}>()
  for (const event of world.events) {
    const value = event.fields[key]
    if (!STREAMS_WITH_KEY[key].includes(event.stream) || typeof value !== 'string' || value === '') continue
    const identity = JSON.stringify(key === 'card_id' ? [event.fields['user_id'], value] : [value])
    const history = histories.get(identity) ?? {value, events: []}
    history.events.push(event)
    histories.set(identity, history)
  }
  return [...histories.values()]
}

export interface Joins {
  readonly location: AcceptedEvent | undefined
  readonly merchant: AcceptedEvent | undefined
}

const remembered = new WeakMap<World, Map<AcceptedEvent, Joins>>()

/**
 * What `location` and `merchant` mean while a condition of this event is tested; only a transaction has
 * them.
 */
export function joinsOf(world: World, event: AcceptedEvent): Joins {
  const known = remembered.get(world) ?? new Map<AcceptedEvent, Joins>()
  remembered.set(world, known)
  const joins = known.get(event) ?? findJoins(world, event)
  known.set(event, joins)
  return joins
}

function findJoins(world: World, event: AcceptedEvent): Joins {
  if (event.stream !== 'transactions') return {location: undefined, merchant: undefined}
  const upToNow = world.events.filter((other) => other.time <= event.time)
  const fix = upToNow.findLast(
    (other) => other.stream === 'locations' && other.fields['user_id'] === event.fields['user_id'],
  )
  const merchant = upToNow.findLast(
    (other) =>
      other.stream === 'merchants' &&
      Object.hasOwn(event.fields, 'merchant_id') &&
      other.fields['merchant_id'] === event.fields['merchant_id'],
  )
  const isTooOld = fix !== undefined && event.time - fix.time > world.locationMaxAge
  return {location: isTooOld ? undefined : fix, merchant}
}
