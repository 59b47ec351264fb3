import type {FraudPhase} from './options.js'

/** How much of what there is in a week, relative to the others. */
type Mix = FraudPhase['plantings']

/** What a model is first trained on. */
const KNOWN: Mix = {impossible_move: 1, card_testing: 1, burst_spending: 1, merchant_compromise: 1}

/**
 * What follows, each for a like part of the time: what was known goes on for a while, then accounts are taken over, then
 * whole devices pay with strangers' cards, while the old tricks are given up.
 */
const SHIFTS: readonly Mix[] = [
  {...KNOWN},
  {...KNOWN, account_takeover: 1},
  {card_testing: 1, merchant_compromise: 1, account_takeover: 2, device_farm: 1},
  {merchant_compromise: 1, account_takeover: 1, device_farm: 2},
  {account_takeover: 1, device_farm: 2, mule_fan_in: 1},
  {device_farm: 2, mule_fan_in: 2},
]

/** Weeks with frauds that are known, then weeks in which they change. `usual`: plantings a week of what is not rare. */
export function shiftingFraud(knownWeeks: number, shiftingWeeks: number, usual: number): FraudPhase[] {
  const phase = (mix: Mix): FraudPhase => ({
    days: 7,
    plantings: Object.fromEntries(Object.entries(mix).map(([kind, share]) => [kind, share * usual])),
  })
  return [
    ...Array.from({length: knownWeeks}, () => phase(KNOWN)),
    ...Array.from({length: shiftingWeeks}, (_, week) =>
      phase(SHIFTS[Math.floor((week * SHIFTS.length) / shiftingWeeks)] as Mix),
    ),
  ]
}
