import {profileOf} from '../merchant-table.js'
import {cardTransaction} from '../payment.js'
import type {PlantedFraud} from '../planted.js'
import {HOUR_MS, MINUTE_MS} from '../span.js'
import {ascendingTimes, FraudCase, type Planter} from './fraud-case.js'
import {stolenCard} from './instrument.js'

const CLEARED_AFTER_MS = 12 * HOUR_MS

/**
 * A web shop turns out to be compromised, and the cards known there are charged for large amounts over the
 * next hours. One entry of truth per card holder. Half a day later the shop's profile is clean again.
 */
export const plantMerchantCompromise: Planter = (world, at_ms, longest_ms) => {
  const {delivery, merchants, population, random, sequences} = world
  const span = Math.min(4 * HOUR_MS, longest_ms)
  const shops = merchants.onlineNamed('web shop').filter(({plantedUntil}) => plantedUntil < at_ms)
  if (shops.length === 0) return []
  const shop = random.pick(shops)
  const frauds: PlantedFraud[] = []

  for (let victims = random.integer(2, 4); victims > 0; victims--) {
    const victim = population.takeVictim(at_ms, at_ms + span, random)
    if (victim === undefined) break
    const fraud = new FraudCase(world, 'merchant_compromise', victim)
    const instrument = stolenCard(world, victim)
    for (const offset of ascendingTimes(world, random.integer(1, 2), span - MINUTE_MS)) {
      const time = at_ms + MINUTE_MS + offset
      const amount_usd = random.between(750, 2900)
      fraud.commit(cardTransaction(sequences, 'purchase', victim, shop, amount_usd, time, instrument), time)
    }
    frauds.push(fraud.close())
  }
  if (frauds.length === 0) return []

  const risk = random.integer(92, 99) / 100
  const cleared = at_ms + CLEARED_AFTER_MS
  delivery.submit('merchants', profileOf({...shop, risk, status: 'compromised'}, at_ms), at_ms, true)
  if (cleared < world.end_ms) delivery.submit('merchants', profileOf(shop, cleared), cleared, true)
  shop.plantedUntil = cleared
  return frauds
}
