import {SeededRandom} from '../seeded-random.js'
import {Delivery, SLICE_MS} from './delivery.js'
import {type Planting, schedule} from './fraud/schedule.js'
import {MerchantTable} from './merchant-table.js'
import {announceMerchants, updateMerchants} from './merchant-updates.js'
import {FIXES_PER_DAY, firstJourney, fly, reportPlace} from './movement.js'
import {type ResolvedOptions, resolveOptions, type ScenarioOptions} from './options.js'
import {nothingPlanted, type Planted} from './planted.js'
import {Population} from './population.js'
import {nextByRhythm} from './rhythm.js'
import {spend} from './spending.js'
import type {TrafficLine} from './traffic-line.js'
import type {World} from './world.js'

/**
 * A bank's traffic with planted frauds, in the order of arrival, fixed by the seed. Lines are made while they
 * are read: memory depends on the number of users, not on the number of lines. `planted` is filled
 * meanwhile. Throws a RangeError for an option out of range.
 */
export function* scenarioTraffic(
  options: ScenarioOptions,
  planted: Planted = nothingPlanted(),
): Generator<TrafficLine, void, void> {
  const resolved = resolveOptions(options)
  const {ordinary, criminal, delivery} = createWorlds(resolved, planted)
  const plantings = schedule(resolved, criminal.random)
  announceMerchants(ordinary, resolved.start)
  beginLives(ordinary, resolved)
  for (let slice = 0; ; slice++) {
    const from = resolved.start + slice * SLICE_MS
    const until = Math.min(from + SLICE_MS, resolved.end)
    if (from < resolved.end) {
      plantDue(criminal, plantings, from, until, planted)
      updateMerchants(ordinary, from, until - from)
      live(ordinary, until, resolved.rate)
    } else if (delivery.isDone) return
    yield* delivery.take(slice)
  }
}

/** How many lines `scenarioTraffic` gives for these options, to about a tenth. */
export function estimateLines(options: ScenarioOptions): number {
  const {users, days, rate, duplicates, broken} = resolveOptions(options)
  const merchants = new MerchantTable(users, new SeededRandom(0, 'estimate')).all.length
  const perUserAndDay = rate * ORDINARY_LINES_PER_TRANSACTION + FIXES_PER_DAY
  return Math.round(
    (merchants * (1 + 0.02 * days) + users * days * perUserAndDay) * (1 + duplicates + broken),
  )
}

/** Some purchases come with a location fix. */
const ORDINARY_LINES_PER_TRANSACTION = 1.14

/** Honest people and criminals share one world, each with random numbers of their own. */
function createWorlds(options: ResolvedOptions, planted: Planted) {
  const {seed, users} = options
  const delivery = new Delivery(options, planted, new SeededRandom(seed, 'delivery'))
  const ordinary: World = {
    merchants: new MerchantTable(users, new SeededRandom(seed, 'merchants')),
    population: new Population(users, new SeededRandom(seed, 'population')),
    delivery,
    sequences: {transaction: 1_000_000, fix: 0, fraud: 0, strangeDevice: 0},
    random: new SeededRandom(seed, 'ordinary'),
    end_ms: options.end,
  }
  const criminal: World = {...ordinary, random: new SeededRandom(seed, 'criminal')}
  return {ordinary, criminal, delivery}
}

/** Everyone's next payment, fix and journey is settled; fixes begin near the start. */
function beginLives(world: World, {start, rate}: ResolvedOptions): void {
  const {population, random} = world
  for (let user = 0; user < population.size; user++) {
    const {utcOffset_h} = population.homeCityOf(user)
    const payments = rate * (population.activity[user] as number)
    population.nextTransaction[user] = nextByRhythm(start, payments, utcOffset_h, random)
    population.nextFix[user] = nextByRhythm(start, FIXES_PER_DAY, utcOffset_h, random)
    population.nextJourney[user] = firstJourney(world, start)
  }
}

/** Everything that ordinary users do before `until_ms`. */
function live(world: World, until_ms: number, rate: number): void {
  const {population} = world
  for (let user = 0; user < population.size; user++) {
    for (let due = population.due(user); due < until_ms; due = population.due(user)) {
      if (due === population.nextJourney[user]) fly(world, user, due)
      else if (due === population.nextFix[user]) reportPlace(world, user, due)
      else spend(world, user, due, rate)
    }
  }
}

/** What finds nobody suitable stays among `waiting`, and is tried again in the next slice. */
function plantDue(
  world: World,
  waiting: Planting[],
  from_ms: number,
  until_ms: number,
  planted: Planted,
): void {
  const later: Planting[] = []
  let next = 0
  for (; next < waiting.length; next++) {
    const planting = waiting[next] as Planting
    if (planting.at >= until_ms) break
    const frauds = planting.plant(world, Math.max(planting.at, from_ms), planting.longest_ms)
    if (frauds.length === 0) later.push(planting)
    planted.frauds.push(...frauds)
  }
  waiting.splice(0, next, ...later)
}
