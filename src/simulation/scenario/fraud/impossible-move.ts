import {CITIES} from '../city.js'
import type {Merchant} from '../merchant-table.js'
import {cardTransaction} from '../payment.js'
import {distanceMiles, scatter} from '../position.js'
import {MINUTE_MS} from '../span.js'
import {SPEND_CATEGORIES} from '../spend-category.js'
import {sendFix, type World} from '../world.js'
import {FraudCase, type Planter} from './fraud-case.js'
import {stolenCard} from './instrument.js'

/** Cities scatter their users by some miles: with this, fixes are more than 1000 miles apart for certain. */
const FAR_MILES = 1100
const LUXURIES = SPEND_CATEGORIES.filter(({name}) => name === 'jewelry' || name === 'electronics')

/** Two fixes more than 1000 miles apart and a purchase over $5,000, all within less than an hour. */
export const plantImpossibleMove: Planter = (world, at_ms, longest_ms) => {
  const {population, random, sequences} = world
  const span = Math.min(50 * MINUTE_MS, longest_ms)
  const victim = population.takeVictim(at_ms, at_ms + span, random)
  if (victim === undefined) return []
  const here = population.cityOf(victim)
  const far = random.pick(CITIES.filter((city) => distanceMiles(city, here) > FAR_MILES))
  const fraud = new FraudCase(world, 'impossible_move', victim)
  const instrument = stolenCard(world, victim)
  const isBeforeFix = random.chance(0.4)
  const seenFar = Math.floor(at_ms + span * random.between(0.4, 0.6))

  sendFix(world, victim, scatter(here, 5, random), at_ms, true)
  sendFix(world, victim, scatter(far, 5, random), seenFar, true)
  for (let purchases = random.chance(0.3) ? 2 : 1; purchases > 0; purchases--) {
    const share = isBeforeFix ? random.between(0.05, 0.35) : random.between(0.65, 0.98)
    const time = Math.floor(at_ms + span * share)
    const shop = luxuryShop(world, CITIES.indexOf(far))
    const amount_usd = random.between(5400, 9600)
    fraud.commit(cardTransaction(sequences, 'purchase', victim, shop, amount_usd, time, instrument), time)
  }
  // The victim's own phone is heard again at home, which ends the fraud for rules on the newest place.
  const back = at_ms + span + random.integer(1, 4) * MINUTE_MS
  sendFix(world, victim, scatter(here, 5, random), back, true)
  return [fraud.close()]
}

function luxuryShop({merchants, random}: World, city: number): Merchant {
  return merchants.popular(random.pick(LUXURIES), city, random)
}
