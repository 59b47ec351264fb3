import {cumulate, type SeededRandom} from '../seeded-random.js'
import {CITIES, type City} from './city.js'
import {type Position, scatter} from './position.js'
import {HOUR_MS} from './span.js'

const LIVING = cumulate(CITIES.map(({weight}) => weight))
/** Nobody's journey comes this near to a planted fraud, so that the two are never taken for each other. */
const JOURNEY_CLEARANCE_MS = 2 * HOUR_MS

/**
 * The scenario's users, one entry per user in each column (about 100 bytes a user): who they are, where
 * they are, and when they do something next. Times are event time in milliseconds.
 */
export class Population {
  readonly homeCity: Uint8Array
  readonly city: Uint8Array
  readonly cards: Uint8Array
  readonly devices: Uint8Array
  /** How often they pay, relative to the mean of 1. */
  readonly activity: Float32Array
  /** What they spend, relative to the median of 1. */
  readonly wealth: Float32Array
  readonly nextTransaction: Float64Array
  readonly nextFix: Float64Array
  readonly nextJourney: Float64Array
  /** When the latest journey ended or will end. */
  readonly landed: Float64Array
  readonly plantedUntil: Float64Array
  readonly lastMerchant: Int32Array
  readonly lastAmount: Float64Array
  private readonly home: Float64Array
  private readonly work: Float64Array

  constructor(
    readonly size: number,
    random: SeededRandom,
  ) {
    this.homeCity = Uint8Array.from({length: size}, () => random.weighted(LIVING))
    this.city = this.homeCity.slice()
    this.cards = Uint8Array.from({length: size}, () => 1 + random.weighted([6, 9, 10]))
    this.devices = Uint8Array.from({length: size}, () => (random.chance(0.3) ? 2 : 1))
    this.activity = Float32Array.from({length: size}, () => activityOf(random))
    this.wealth = Float32Array.from({length: size}, () => Math.min(3, random.logNormal(1, 0.35)))
    this.nextTransaction = new Float64Array(size)
    this.nextFix = new Float64Array(size)
    this.nextJourney = new Float64Array(size)
    this.landed = new Float64Array(size)
    this.plantedUntil = new Float64Array(size)
    this.lastMerchant = new Int32Array(size).fill(-1)
    this.lastAmount = new Float64Array(size)
    this.home = new Float64Array(2 * size)
    this.work = new Float64Array(2 * size)
    for (let user = 0; user < size; user++) {
      store(this.home, user, scatter(this.homeCityOf(user), 6, random))
      store(this.work, user, scatter(this.homeCityOf(user), 4, random))
    }
  }

  /** When the user does something next. */
  due(user: number): number {
    const payOrFix = Math.min(this.nextTransaction[user] as number, this.nextFix[user] as number)
    return Math.min(payOrFix, this.nextJourney[user] as number)
  }

  /** Where the user is now; during a flight already the destination. */
  cityOf(user: number): City {
    return CITIES[this.city[user] as number] as City
  }

  homeCityOf(user: number): City {
    return CITIES[this.homeCity[user] as number] as City
  }

  isAway(user: number): boolean {
    return this.city[user] !== this.homeCity[user]
  }

  homeOf(user: number): Position {
    return load(this.home, user)
  }

  workOf(user: number): Position {
    return load(this.work, user)
  }

  /**
   * Someone for a fraud in [from_ms, until_ms]: on no journey around that time and in no other fraud.
   * Marks the user as taken. `undefined` if a few dozen draws find nobody.
   */
  takeVictim(from_ms: number, until_ms: number, random: SeededRandom): number | undefined {
    for (let draw = 0; draw < 60; draw++) {
      const user = random.below(this.size)
      const isSettled =
        (this.landed[user] as number) + JOURNEY_CLEARANCE_MS < from_ms &&
        (this.nextJourney[user] as number) > until_ms + JOURNEY_CLEARANCE_MS
      if (!isSettled || (this.plantedUntil[user] as number) >= from_ms) continue
      this.plantedUntil[user] = until_ms + HOUR_MS
      return user
    }
    return undefined
  }
}

export function userId(user: number): string {
  return `u${user + 1}`
}

/** Cards count from 1. */
export function cardId(user: number, card: number): string {
  return `card_u${user + 1}_${card}`
}

/** Devices count from 1. */
export function deviceId(user: number, device: number): string {
  return `d_u${user + 1}_${device}`
}

function activityOf(random: SeededRandom): number {
  const sigma = 0.4
  return Math.min(3, Math.max(0.2, random.logNormal(Math.exp((-sigma * sigma) / 2), sigma)))
}

function store(columns: Float64Array, user: number, {lat, lon}: Position): void {
  columns[2 * user] = lat
  columns[2 * user + 1] = lon
}

function load(columns: Float64Array, user: number): Position {
  return {lat: columns[2 * user] as number, lon: columns[2 * user + 1] as number}
}
