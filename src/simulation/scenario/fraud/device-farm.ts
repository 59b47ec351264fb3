import {cardTransaction} from '../payment.js'
import type {PlantedFraud} from '../planted.js'
import {HOUR_MS, MINUTE_MS} from '../span.js'
import {ascendingTimes, FraudCase, type Planter} from './fraud-case.js'
import {strangeDevice} from './instrument.js'

/**
 * One device pays with the cards of several people in turn, ordinary amounts at ordinary web shops, within six hours: each
 * payment alone looks like any other. One entry of truth per card holder.
 */
export const plantDeviceFarm: Planter = (world, at_ms, longest_ms) => {
  const {merchants, population, random, sequences} = world
  const span = Math.min(6 * HOUR_MS, longest_ms)
  const instrument = strangeDevice(world)
  const shops = ['web shop', 'games', 'subscription'].flatMap((name) => merchants.onlineNamed(name))
  const frauds: PlantedFraud[] = []

  for (let victims = random.integer(4, 6); victims > 0; victims--) {
    const victim = population.takeVictim(at_ms, at_ms + span, random)
    if (victim === undefined) break
    const fraud = new FraudCase(world, 'device_farm', victim)
    for (const offset of ascendingTimes(world, random.integer(1, 2), span - MINUTE_MS)) {
      const time = at_ms + offset
      const amount_usd = random.between(25, 140)
      const shop = random.pick(shops)
      fraud.commit(cardTransaction(sequences, 'purchase', victim, shop, amount_usd, time, instrument), time)
    }
    frauds.push(fraud.close())
  }
  return frauds
}
