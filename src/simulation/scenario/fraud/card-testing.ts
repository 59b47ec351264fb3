import {cardTransaction} from '../payment.js'
import {MINUTE_MS} from '../span.js'
import {ascendingTimes, FraudCase, type Planter} from './fraud-case.js'
import {stolenCard} from './instrument.js'

/** Four or more payments under $2 at different merchants in 12 minutes, then a big one on the same card. */
export const plantCardTesting: Planter = (world, at_ms, longest_ms) => {
  const {merchants, population, random, sequences} = world
  const span = Math.min(12 * MINUTE_MS, longest_ms / 3)
  const victim = population.takeVictim(at_ms, at_ms + 3 * span, random)
  if (victim === undefined) return []
  const fraud = new FraudCase(world, 'card_testing', victim)
  const instrument = stolenCard(world, victim)
  const probed = [...merchants.onlineNamed('games'), ...merchants.onlineNamed('subscription')]

  for (const offset of ascendingTimes(world, random.integer(4, 7), span)) {
    const [merchant] = probed.splice(random.below(probed.length), 1)
    if (merchant === undefined) break
    const time = at_ms + offset
    const amount_usd = random.between(0.4, 1.9)
    const isDeclined = random.chance(0.25)
    fraud.commit(
      cardTransaction(sequences, 'purchase', victim, merchant, amount_usd, time, instrument, isDeclined),
      time,
    )
  }
  const time = Math.floor(at_ms + span * random.between(1.2, 2.8))
  const shop = random.pick(merchants.onlineNamed('web shop'))
  const amount_usd = random.between(650, 2600)
  fraud.commit(cardTransaction(sequences, 'purchase', victim, shop, amount_usd, time, instrument), time)
  return [fraud.close()]
}
