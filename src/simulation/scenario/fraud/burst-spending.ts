import {cardTransaction} from '../payment.js'
import {MINUTE_MS} from '../span.js'
import {SPEND_CATEGORIES} from '../spend-category.js'
import {ascendingTimes, FraudCase, type Planter} from './fraud-case.js'
import {stolenCard} from './instrument.js'

const RESALEABLE = ['electronics', 'clothing', 'jewelry', 'grocery', 'web shop']
const CATEGORIES = SPEND_CATEGORIES.filter(({name}) => RESALEABLE.includes(name))

/** Eight or more purchases on one card within 9 minutes, over $1,000 together. */
export const plantBurstSpending: Planter = (world, at_ms, longest_ms) => {
  const {merchants, population, random, sequences} = world
  const span = Math.min(9 * MINUTE_MS, longest_ms)
  const victim = population.takeVictim(at_ms, at_ms + span, random)
  if (victim === undefined) return []
  const fraud = new FraudCase(world, 'burst_spending', victim)
  const instrument = stolenCard(world, victim)
  const city = population.city[victim] as number

  for (const offset of ascendingTimes(world, random.integer(8, 12), span)) {
    const merchant = merchants.popular(random.pick(CATEGORIES), city, random)
    const time = at_ms + offset
    const amount_usd = random.between(140, 480)
    fraud.commit(cardTransaction(sequences, 'purchase', victim, merchant, amount_usd, time, instrument), time)
  }
  return [fraud.close()]
}
