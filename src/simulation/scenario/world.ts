import type {SeededRandom} from '../seeded-random.js'
import type {Delivery} from './delivery.js'
import type {MerchantTable} from './merchant-table.js'
import type {Population} from './population.js'
import {userId} from './population.js'
import {type Position, scatter} from './position.js'
import {timeText} from './time-text.js'
import type {LocationEvent, TransactionEvent} from './traffic-line.js'

/** Numbers of what has happened, for ids. */
export interface Sequences {
  transaction: number
  fix: number
  fraud: number
  strangeDevice: number
}

/** What a scenario's behaviours share. `random` is the behaviour's own. */
export interface World {
  readonly merchants: MerchantTable
  readonly population: Population
  readonly delivery: Delivery
  readonly sequences: Sequences
  readonly random: SeededRandom
  /** Event time, ms: nothing begins from here on. */
  readonly end_ms: number
}

export function nextTransactionId(sequences: Sequences): string {
  return `t${++sequences.transaction}`
}

export function sendTransaction(
  world: World,
  event: TransactionEvent,
  time_ms: number,
  isFraud: boolean,
): void {
  world.delivery.submit('transactions', event, time_ms, isFraud)
}

const FIX_SOURCES = [
  {source: 'gps', accuracy_m: [4, 40]},
  {source: 'gps', accuracy_m: [4, 40]},
  {source: 'wifi', accuracy_m: [20, 120]},
  {source: 'cell', accuracy_m: [250, 1800]},
] as const
/** Phones that number their fixes; the others leave the id to the receiver. */
const NUMBERED_SHARE = 0.9

/** A location fix of the user near `place`, off by what its source may be off by. */
export function sendFix(
  world: World,
  user: number,
  place: Position,
  time_ms: number,
  isFraud: boolean,
): void {
  const {random, sequences} = world
  const {source, accuracy_m: range} = random.pick(FIX_SOURCES)
  const accuracy_m = Math.round(random.between(range[0], range[1]))
  const {lat, lon} = scatter(place, accuracy_m / 1500, random)
  const fix: LocationEvent = {
    user_id: userId(user),
    lat,
    lon,
    event_time: timeText(time_ms),
    accuracy_m,
    source,
  }
  const event = random.chance(NUMBERED_SHARE) ? {location_id: `l${++sequences.fix}`, ...fix} : fix
  world.delivery.submit('locations', event, time_ms, isFraud)
}
