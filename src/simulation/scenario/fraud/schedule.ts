import type {SeededRandom} from '../../seeded-random.js'
import type {ResolvedOptions} from '../options.js'
import type {FraudKind} from '../planted.js'
import {HOUR_MS} from '../span.js'
import {plantAccountTakeover} from './account-takeover.js'
import {plantBurstSpending} from './burst-spending.js'
import {plantCardTesting} from './card-testing.js'
import type {Planter} from './fraud-case.js'
import {plantImpossibleMove} from './impossible-move.js'
import {plantMerchantCompromise} from './merchant-compromise.js'
import {plantMuleFanIn} from './mule-fan-in.js'

/** In the order in which their first ones come. `longest_ms`: how long one takes at most. */
const KINDS: readonly {kind: FraudKind; plant: Planter; longest_ms: number}[] = [
  {kind: 'impossible_move', plant: plantImpossibleMove, longest_ms: HOUR_MS},
  {kind: 'card_testing', plant: plantCardTesting, longest_ms: HOUR_MS},
  {kind: 'burst_spending', plant: plantBurstSpending, longest_ms: HOUR_MS},
  {kind: 'account_takeover', plant: plantAccountTakeover, longest_ms: HOUR_MS},
  {kind: 'merchant_compromise', plant: plantMerchantCompromise, longest_ms: 4 * HOUR_MS},
  {kind: 'mule_fan_in', plant: plantMuleFanIn, longest_ms: 6 * HOUR_MS},
]

export const FRAUD_KINDS: readonly FraudKind[] = KINDS.map(({kind}) => kind)

export interface Planting {
  readonly plant: Planter
  /** Event time, ms. */
  readonly at: number
  readonly longest_ms: number
}

/**
 * When which fraud begins: each kind evenly over the scenario, the kinds in turn, and the first of all within
 * the first hundredth, so that a demo has something to show at once.
 */
export function schedule(options: ResolvedOptions, random: SeededRandom): Planting[] {
  const span = options.end - options.start
  const plantings: Planting[] = []
  for (const [turn, {plant, longest_ms}] of KINDS.entries()) {
    const room = Math.max(span * 0.6, span - longest_ms)
    for (let nth = 0; nth < options.frauds; nth++) {
      if (turn === 0 && nth === 0) {
        plantings.push({plant, at: options.start + Math.ceil(span * 0.001), longest_ms: span * 0.008})
        continue
      }
      const share = (nth + (turn + random.next()) / KINDS.length) / options.frauds
      const at = options.start + Math.floor(room * share)
      plantings.push({plant, at, longest_ms: Math.min(longest_ms, span * 0.3)})
    }
  }
  return plantings.sort((a, b) => a.at - b.at)
}
