import {USD_PER} from '../city.js'
import {accountTransaction, cardTransaction} from '../payment.js'
import {HOUR_MS, MINUTE_MS} from '../span.js'
import {CASH_MACHINE} from '../spend-category.js'
import {ascendingTimes, FraudCase, type Planter} from './fraud-case.js'
import {stolenCard} from './instrument.js'

/** Money from five or more strangers within five hours, most of which leaves soon after in one go. */
export const plantMuleFanIn: Planter = (world, at_ms, longest_ms) => {
  const {merchants, population, random, sequences} = world
  const span = Math.min(random.between(1.5, 5) * HOUR_MS, longest_ms * 0.8)
  const victim = population.takeVictim(at_ms, at_ms + span + HOUR_MS, random)
  if (victim === undefined) return []
  const fraud = new FraudCase(world, 'mule_fan_in', victim)
  const instrument = stolenCard(world, victim)
  const {currency} = population.homeCityOf(victim)
  const firstSender = random.integer(1000, 9000)
  let received_usd = 0

  const arrivals = ascendingTimes(world, random.integer(5, 8), span)
  for (const [sender, offset] of arrivals.entries()) {
    const time = at_ms + offset
    const amount_usd = random.between(500, 1400)
    const account = `acct_x${firstSender + sender}`
    const amount = amount_usd / USD_PER[currency]
    fraud.commit(
      accountTransaction(sequences, 'topup', victim, account, amount, currency, time, instrument),
      time,
    )
    received_usd += amount_usd
  }
  const time = Math.floor(at_ms + span + Math.min(longest_ms * 0.2, random.between(5, 40) * MINUTE_MS))
  const kept_usd = received_usd * random.between(0.82, 0.95)
  if (random.chance(0.5)) {
    const account = `acct_x${random.integer(100, 999)}`
    const amount = kept_usd / USD_PER[currency]
    fraud.commit(
      accountTransaction(sequences, 'payout', victim, account, amount, currency, time, instrument),
      time,
    )
  } else {
    const machine = merchants.popular(CASH_MACHINE, population.city[victim] as number, random)
    fraud.commit(cardTransaction(sequences, 'withdrawal', victim, machine, kept_usd, time, instrument), time)
  }
  return [fraud.close()]
}
