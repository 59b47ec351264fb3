import {CITIES, type City} from './city.js'
import {distanceKm, type Position, scatter} from './position.js'
import {isWeekend, localHour, nextByRhythm} from './rhythm.js'
import {DAY_MS, HOUR_MS, MINUTE_MS} from './span.js'
import {sendFix, type World} from './world.js'

export const FIXES_PER_DAY = 5
const DAYS_BETWEEN_JOURNEYS = 45
/** An airliner from gate to gate: slower than 850 km/h in the air, and never under an hour in all. */
const FLIGHT_KM_PER_H = 850
const FLIGHT_OVERHEAD_MS = 45 * MINUTE_MS

/** The phone reports where the user is; then it is settled when it does so next. */
export function reportPlace(world: World, user: number, time_ms: number): void {
  const {population, random} = world
  sendFix(world, user, whereabouts(world, user, time_ms), time_ms, false)
  population.nextFix[user] = nextByRhythm(time_ms, FIXES_PER_DAY, population.cityOf(user).utcOffset_h, random)
}

/**
 * The user flies somewhere else, or home again. The phone is heard at both airports, and nothing is heard of
 * the user in between, so that no two fixes of an honest user are further apart than an airliner flies.
 */
export function fly(world: World, user: number, time_ms: number): void {
  const {population, random} = world
  const from = population.cityOf(user)
  const destination = population.isAway(user) ? (population.homeCity[user] as number) : elsewhere(world, user)
  const to = CITIES[destination] as City
  const flight_ms = FLIGHT_OVERHEAD_MS + (distanceKm(from, to) / FLIGHT_KM_PER_H) * HOUR_MS
  const landed = Math.ceil(time_ms + flight_ms * random.between(1, 1.15))
  sendFix(world, user, airport(from), time_ms, false)
  sendFix(world, user, airport(to), landed, false)
  population.city[user] = destination
  population.landed[user] = landed
  const outOfAirport = landed + random.integer(15, 60) * MINUTE_MS
  population.nextTransaction[user] = Math.max(population.nextTransaction[user] as number, outOfAirport)
  population.nextFix[user] = Math.max(population.nextFix[user] as number, outOfAirport)
  population.nextJourney[user] = population.isAway(user)
    ? landed + Math.round(random.between(0.6, 4) * DAY_MS)
    : firstJourney(world, landed)
}

/** When someone at home sets off next. */
export function firstJourney({random}: World, after_ms: number): number {
  return after_ms + Math.round(random.exponential() * DAYS_BETWEEN_JOURNEYS * DAY_MS) + 4 * HOUR_MS
}

function elsewhere({population, random}: World, user: number): number {
  const here = population.city[user] as number
  return (here + random.integer(1, CITIES.length - 1)) % CITIES.length
}

/** Home at night, work on weekdays, somewhere in town else; in another city the hotel or the streets. */
function whereabouts({population, random}: World, user: number, time_ms: number): Position {
  const city = population.cityOf(user)
  if (population.isAway(user)) return scatter(city, 3, random)
  const hour = localHour(time_ms, city.utcOffset_h)
  if (hour < 8 || hour >= 22) return population.homeOf(user)
  if (hour >= 9 && hour < 17 && !isWeekend(time_ms, city.utcOffset_h)) return population.workOf(user)
  return random.chance(0.55) ? population.homeOf(user) : scatter(city, 5, random)
}

function airport(city: City): Position {
  return {lat: city.lat + 0.12, lon: city.lon + 0.15}
}
