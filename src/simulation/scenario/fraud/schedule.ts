import type {SeededRandom} from '../../seeded-random.js'
import type {FraudPhase, ResolvedOptions} from '../options.js'
import type {FraudKind} from '../planted.js'
import {DAY_MS, HOUR_MS} from '../span.js'
import {plantAccountTakeover} from './account-takeover.js'
import {plantBurstSpending} from './burst-spending.js'
import {plantCardTesting} from './card-testing.js'
import {plantDeviceFarm} from './device-farm.js'
import type {Planter} from './fraud-case.js'
import {plantImpossibleMove} from './impossible-move.js'
import {plantMerchantCompromise} from './merchant-compromise.js'
import {plantMuleFanIn} from './mule-fan-in.js'

/** `longest_ms`: how long one takes at most. */
const PLANTERS: {readonly [kind in FraudKind]: {readonly plant: Planter; readonly longest_ms: number}} = {
  impossible_move: {plant: plantImpossibleMove, longest_ms: HOUR_MS},
  card_testing: {plant: plantCardTesting, longest_ms: HOUR_MS},
  burst_spending: {plant: plantBurstSpending, longest_ms: HOUR_MS},
  account_takeover: {plant: plantAccountTakeover, longest_ms: HOUR_MS},
  merchant_compromise: {plant: plantMerchantCompromise, longest_ms: 4 * HOUR_MS},
  mule_fan_in: {plant: plantMuleFanIn, longest_ms: 6 * HOUR_MS},
  device_farm: {plant: plantDeviceFarm, longest_ms: 6 * HOUR_MS},
}

/** Those of every scenario, in the order in which their first ones come; others come where phases name them. */
export const FRAUD_KINDS: readonly FraudKind[] = [
  'impossible_move',
  'card_testing',
  'burst_spending',
  'account_takeover',
  'merchant_compromise',
  'mule_fan_in',
]

export interface Planting {
  readonly plant: Planter
  /** Event time, ms. */
  readonly at: number
  readonly longest_ms: number
}

/** When which fraud begins. */
export function schedule(options: ResolvedOptions, random: SeededRandom): Planting[] {
  const {phases} = options
  const plantings = phases === undefined ? throughout(options, random) : inPhases(phases, options, random)
  return plantings.sort((a, b) => a.at - b.at)
}

/**
 * Each kind evenly over the scenario, the kinds in turn, and the first of all within the first hundredth, so that a demo
 * has something to show at once.
 */
function throughout(options: ResolvedOptions, random: SeededRandom): Planting[] {
  const span = options.end - options.start
  const plantings: Planting[] = []
  for (const [turn, kind] of FRAUD_KINDS.entries()) {
    const {plant, longest_ms} = PLANTERS[kind]
    const room = Math.max(span * 0.6, span - longest_ms)
    for (let nth = 0; nth < options.frauds; nth++) {
      if (turn === 0 && nth === 0) {
        plantings.push({plant, at: options.start + Math.ceil(span * 0.001), longest_ms: span * 0.008})
        continue
      }
      const share = (nth + (turn + random.next()) / FRAUD_KINDS.length) / options.frauds
      const at = options.start + Math.floor(room * share)
      plantings.push({plant, at, longest_ms: Math.min(longest_ms, span * 0.3)})
    }
  }
  return plantings
}

/** One phase after the other: each of its kinds evenly over it, ending within it. */
function inPhases(phases: readonly FraudPhase[], {start}: ResolvedOptions, random: SeededRandom): Planting[] {
  const plantings: Planting[] = []
  let from = start as number
  for (const {days, plantings: counts} of phases) {
    const span = days * DAY_MS
    for (const [kind, count] of Object.entries(counts)) {
      const {plant, longest_ms} = PLANTERS[kind as FraudKind]
      const room = Math.max(0, span - longest_ms)
      for (let nth = 0; nth < count; nth++) {
        const at = from + Math.floor((room * (nth + random.next())) / count)
        plantings.push({plant, at, longest_ms: Math.min(longest_ms, span)})
      }
    }
    from += span
  }
  return plantings
}
