import {accountTransaction, cardTransaction} from '../payment.js'
import {MINUTE_MS} from '../span.js'
import {ascendingTimes, FraudCase, type Planter} from './fraud-case.js'
import {strangeDevice} from './instrument.js'

/** A device never seen before, and on it three or more large online payments within half an hour. */
export const plantAccountTakeover: Planter = (world, at_ms, longest_ms) => {
  const {merchants, population, random, sequences} = world
  const span = Math.min(30 * MINUTE_MS, longest_ms)
  const victim = population.takeVictim(at_ms, at_ms + span, random)
  if (victim === undefined) return []
  const fraud = new FraudCase(world, 'account_takeover', victim)
  const instrument = strangeDevice(world)
  const {currency} = population.homeCityOf(victim)

  for (const offset of ascendingTimes(world, random.integer(3, 5), span)) {
    const time = at_ms + offset
    if (random.chance(0.4)) {
      const account = `acct_x${random.integer(1000, 9999)}`
      const amount = random.between(700, 2400)
      fraud.commit(
        accountTransaction(sequences, 'transfer', victim, account, amount, currency, time, instrument),
        time,
      )
    } else {
      const shop = random.pick(merchants.onlineNamed(random.chance(0.3) ? 'quasi cash' : 'web shop'))
      const amount_usd = random.between(700, 2400)
      fraud.commit(cardTransaction(sequences, 'purchase', victim, shop, amount_usd, time, instrument), time)
    }
  }
  return [fraud.close()]
}
