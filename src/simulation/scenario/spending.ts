import type {SeededRandom} from '../seeded-random.js'
import {accountTransaction, cardTransaction, type Instrument} from './payment.js'
import {deviceId} from './population.js'
import {localHour, nextByRhythm} from './rhythm.js'
import {MINUTE_MS} from './span.js'
import {CASH_MACHINE, HOTEL} from './spend-category.js'
import {sendFix, sendTransaction, type World} from './world.js'

const HOTEL_SHARE = 0.08
const DECLINED_SHARE = 0.02
/** One purchase in so many is of the kind people remember: furniture, a used car, a ring. */
const LARGE_PURCHASE_SHARE = 0.0015
const FIX_WITH_PURCHASE_SHARE = 0.25
const FRIENDS = 4

/** The user pays, is paid, or draws money, as ordinary people do; then it is settled when next. */
export function spend(world: World, user: number, time_ms: number, perDay: number): void {
  const {population, random} = world
  const choice = random.next()
  if (choice < 0.87) purchase(world, user, time_ms)
  else if (choice < 0.91) withdraw(world, user, time_ms)
  else if (choice < 0.985) moveMoney(world, user, time_ms, choice)
  else refund(world, user, time_ms)
  const rate = perDay * (population.activity[user] as number)
  population.nextTransaction[user] = nextByRhythm(time_ms, rate, population.cityOf(user).utcOffset_h, random)
}

function purchase(world: World, user: number, time_ms: number): void {
  const {merchants, population, sequences, random} = world
  const city = population.city[user] as number
  const isHotel = population.isAway(user) && random.chance(HOTEL_SHARE)
  const hour = localHour(time_ms, population.cityOf(user).utcOffset_h)
  const merchant = isHotel ? merchants.popular(HOTEL, city, random) : merchants.choose(city, hour, random)
  const {median_usd, sigma, online} = merchant.category
  const usual = random.logNormal(median_usd * (population.wealth[user] as number), sigma)
  const amount_usd = random.chance(LARGE_PURCHASE_SHARE) ? random.between(1500, 9000) : usual
  const instrument = usualInstrument(world, user)
  const isDeclined = random.chance(DECLINED_SHARE)
  const event = cardTransaction(
    sequences,
    'purchase',
    user,
    merchant,
    amount_usd,
    time_ms,
    instrument,
    isDeclined,
  )
  sendTransaction(world, event, time_ms, false)
  population.lastMerchant[user] = merchant.index
  population.lastAmount[user] = amount_usd
  if (!online && random.chance(FIX_WITH_PURCHASE_SHARE)) {
    sendFix(world, user, merchant.position, time_ms + random.integer(2_000, MINUTE_MS), false)
  }
}

function withdraw(world: World, user: number, time_ms: number): void {
  const {merchants, population, sequences, random} = world
  const machine = merchants.popular(CASH_MACHINE, population.city[user] as number, random)
  const amount_usd = 20 * random.integer(1, 15)
  const instrument = usualInstrument(world, user)
  const event = cardTransaction(sequences, 'withdrawal', user, machine, amount_usd, time_ms, instrument)
  sendTransaction(world, event, time_ms, false)
}

/** Rent, a friend's share of dinner, a salary: `choice` in 0.91..0.985 says which. */
function moveMoney(world: World, user: number, time_ms: number, choice: number): void {
  const {population, sequences, random} = world
  const {currency} = population.homeCityOf(user)
  const type = choice < 0.95 ? 'transfer' : choice < 0.98 ? 'topup' : 'payout'
  const counterparty = `acct_${user + 1}_${random.integer(1, FRIENDS)}`
  const amount = Math.min(2500, random.logNormal(type === 'topup' ? 160 : 80, 0.9))
  const instrument = usualInstrument(world, user)
  const event = accountTransaction(sequences, type, user, counterparty, amount, currency, time_ms, instrument)
  sendTransaction(world, event, time_ms, false)
}

/** Money back from where the user last bought something. */
function refund(world: World, user: number, time_ms: number): void {
  const {merchants, population, sequences, random} = world
  const merchant = merchants.all[population.lastMerchant[user] as number]
  if (merchant === undefined) {
    purchase(world, user, time_ms)
    return
  }
  const amount_usd = (population.lastAmount[user] as number) * (random.chance(0.7) ? 1 : random.next())
  population.lastMerchant[user] = -1
  const instrument = usualInstrument(world, user)
  const event = cardTransaction(sequences, 'refund', user, merchant, amount_usd, time_ms, instrument)
  sendTransaction(world, event, time_ms, false)
}

/** The first card and device are the ones mostly used. */
function usualInstrument({population, random}: World, user: number): Instrument {
  const card = 1 + random.zipf(population.cards[user] as number)
  const device = deviceId(user, 1 + random.zipf(population.devices[user] as number))
  return {card, device, ip: usualIp(user, random)}
}

/** At home a private address of the user's own, else one of the networks reserved for documentation. */
function usualIp(user: number, random: SeededRandom): string {
  if (random.chance(0.6)) return `10.${(user >> 16) & 255}.${(user >> 8) & 255}.${user & 255}`
  return strangeIp(random)
}

const DOCUMENTATION_NETWORKS = ['192.0.2', '198.51.100', '203.0.113']

/** An address that says nothing about its user. */
export function strangeIp(random: SeededRandom): string {
  return `${random.pick(DOCUMENTATION_NETWORKS)}.${random.integer(1, 254)}`
}
