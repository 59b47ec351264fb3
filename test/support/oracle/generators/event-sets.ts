import fc from 'fast-check'
import type {ReplayLine} from '../shapes.js'
import {LONG, type Scale, START} from './scale.js'

export interface EventSetOptions {
  readonly scale?: Scale
  /** 1 to 3; the first has most of the events. */
  readonly users?: number
  readonly minEvents?: number
  readonly maxEvents?: number
  /** Adds events with a used id and other content. Results then depend on arrival. Off by default. */
  readonly idConflicts?: boolean
}

type Fields = Readonly<Record<string, unknown>>

const CITIES = [
  {lat: 40.71, lon: -74},
  {lat: 40.73, lon: -74.17},
  {lat: 51.5, lon: -0.12},
  {lat: 34.05, lon: -118.24},
] as const

/** Amounts stand on and beside the thresholds of the generated conditions; all are dyadic. */
export const AMOUNTS = [0, 1, 1.5, 2, 100, 499.5, 500, 500.5, 5000, 5000.5, 10000] as const

/** U+FFEE sorts before U+1F600 as UTF-8 bytes and after it as UTF-16 units. */
const ID_PREFIXES = ['', '', '', '', 'Z', '\uffee', '\u{1f600}'] as const

/** Sets of valid events with distinct ids, in no particular order, with many ties in event time. */
export function eventSets(options: EventSetOptions = {}): fc.Arbitrary<readonly ReplayLine[]> {
  const {scale = LONG, users = 2, minEvents = 1, maxEvents = 24, idConflicts = false} = options
  const time = eventTime(scale)
  const user = fc.constantFrom(...['u1', 'u1', 'u1', 'u2', 'u3'].slice(0, users + 2))
  const seed = fc.oneof(
    {arbitrary: transaction(user, time), weight: 6},
    {arbitrary: location(user, time), weight: 3},
    {arbitrary: merchant(time), weight: 1},
    {arbitrary: feedback(user, time), weight: 1},
  )
  const withIds = fc
    .array(fc.tuple(seed, fc.constantFrom(...ID_PREFIXES)), {
      minLength: minEvents,
      maxLength: maxEvents,
      size: 'max',
    })
    .map((seeds) =>
      distinctMerchantVersions(seeds.map(([line, prefix], index) => withId(line, prefix, index))),
    )
  if (!idConflicts) return withIds
  return fc.tuple(withIds, fc.array(fc.nat(), {maxLength: 3})).map(([lines, picks]) => {
    const transactions = lines.filter((line) => line.stream === 'transactions')
    const conflicting = picks.flatMap((pick) => {
      const original = transactions[pick % Math.max(1, transactions.length)]
      const event = original?.event as Fields | undefined
      return event === undefined ? [] : [{stream: 'transactions', event: {...event, amount: 77}}]
    })
    return [...lines, ...conflicting]
  })
}

/**
 * Most events fall into the first, the middle or the last few units, so that spans of a few units hold
 * several.
 */
function eventTime(scale: Scale): fc.Arbitrary<number> {
  const clustered = fc
    .tuple(fc.constantFrom(0, Math.floor(scale.units / 2), scale.units - 4), fc.nat({max: 4}))
    .map(([first, units]) => first + units)
  const units = fc.oneof(
    {arbitrary: clustered, weight: 4},
    {arbitrary: fc.nat({max: scale.units}), weight: 1},
  )
  const beside = fc.constantFrom(0, 0, 0, 0, 1, -1)
  return fc.tuple(units, beside).map(([drawn, offset]) => START + drawn * scale.unitMs + offset)
}

/** Present with one of the values, or absent in one of the ways an event can lack an optional field. */
function maybe(values: fc.Arbitrary<unknown>, ...absences: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    {arbitrary: values, weight: 4},
    {arbitrary: fc.constantFrom(undefined, null, ...absences), weight: 2},
  )
}

const maybeId = (...ids: readonly string[]): fc.Arbitrary<unknown> => maybe(fc.constantFrom(...ids), '')

function eventOf(stream: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<ReplayLine> {
  return fc.record(fields).map((drawn) => {
    const {city, ...event} = drawn
    const placed = {...event, ...(city as object | undefined)}
    return {
      stream,
      event: Object.fromEntries(Object.entries(placed).filter(([, value]) => value !== undefined)),
    }
  })
}

function transaction(user: fc.Arbitrary<string>, time: fc.Arbitrary<number>): fc.Arbitrary<ReplayLine> {
  return eventOf('transactions', {
    user_id: user,
    amount: fc.constantFrom(...AMOUNTS),
    event_time: time,
    type: maybe(fc.constantFrom('purchase', 'withdrawal', 'transfer')),
    card_id: maybeId('c1', 'c2', 'c3'),
    merchant_id: maybeId('m1', 'm2'),
    device_id: maybeId('d1', 'd2'),
    ip: maybe(fc.constantFrom('192.0.2.1', '192.0.2.2')),
    currency: maybe(fc.constantFrom('USD', 'EUR', 'GBP', 'SEK')),
    mcc: maybe(fc.constantFrom('7995', '6051', '5411')),
    city: fc.option(fc.constantFrom(...CITIES), {nil: undefined}),
    auth_result: maybe(fc.constantFrom('approved', 'declined')),
    my_flag: fc.constantFrom('a', 'b', undefined),
    device: maybe(fc.record({os: fc.constantFrom('ios', 'android', null)})),
    amount_usd: fc.constantFrom(undefined, undefined, undefined, 1),
  })
}

function location(user: fc.Arbitrary<string>, time: fc.Arbitrary<number>): fc.Arbitrary<ReplayLine> {
  return eventOf('locations', {
    user_id: user,
    event_time: time,
    city: fc.constantFrom(...CITIES),
    accuracy_m: maybe(fc.constantFrom(5, 50, 500)),
    source: maybe(fc.constantFrom('gps', 'wifi')),
  })
}

function merchant(time: fc.Arbitrary<number>): fc.Arbitrary<ReplayLine> {
  return eventOf('merchants', {
    merchant_id: fc.constantFrom('m1', 'm2'),
    event_time: time,
    risk: maybe(fc.constantFrom(0, 0.5, 0.9, 1)),
    status: maybe(fc.constantFrom('active', 'compromised')),
    city: fc.option(fc.constantFrom(...CITIES), {nil: undefined}),
  })
}

function feedback(user: fc.Arbitrary<string>, time: fc.Arbitrary<number>): fc.Arbitrary<ReplayLine> {
  return eventOf('feedback', {
    user_id: user,
    event_time: time,
    verdict: fc.constantFrom('fraud', 'legitimate', 'inconclusive'),
    transaction_id: fc.constantFrom('t1', 't2'),
    source: maybe(fc.constantFrom('review', 'chargeback', 'customer')),
  })
}

/**
 * Ids are distinct within a stream; every fifth location leaves its id to be derived from distinct content.
 */
function withId(line: ReplayLine, prefix: string, index: number): ReplayLine {
  const event = line.event as Fields
  switch (line.stream) {
    case 'transactions':
      return {...line, event: {...event, transaction_id: `${prefix}t${index}`}}
    case 'feedback':
      return {...line, event: {...event, feedback_id: `${prefix}f${index}`}}
    case 'locations':
      return index % 5 === 0
        ? {...line, event: {...event, lat: Number(event['lat']) + index / 1024}}
        : {...line, event: {...event, location_id: `${prefix}l${index}`}}
    default:
      return line
  }
}

/** A merchant has one version per instant: of several the first stays. */
function distinctMerchantVersions(lines: readonly ReplayLine[]): readonly ReplayLine[] {
  const version = ({event}: ReplayLine): string =>
    JSON.stringify([(event as Fields)['merchant_id'], (event as Fields)['event_time']])
  const isFirst = (line: ReplayLine, index: number): boolean =>
    lines.findIndex((other) => other.stream === 'merchants' && version(other) === version(line)) === index
  return lines.filter((line, index) => line.stream !== 'merchants' || isFirst(line, index))
}
