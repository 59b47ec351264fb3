import type {HandbookDataSet} from '../../../../src/simulation/handbook/data-set.js'
import {SCENARIO} from '../../../../src/simulation/handbook/frauds.js'

const DAY_S = 86_400

/** A data set that is written by hand: three frauds of three kinds, one of them of two payments. */
export const SMALL: HandbookDataSet = {
  size: 6,
  time_s: Int32Array.of(10, 20, 30, 40, 7 * DAY_S + 20, 7 * DAY_S + 40),
  customer: Int32Array.of(1, 2, 3, 1, 1, 3),
  terminal: Int32Array.of(11, 12, 13, 14, 15, 13),
  amount: Float64Array.of(12.5, 230, 40, 85.64999999999999, 3, 0),
  scenario: Uint8Array.of(
    0,
    SCENARIO.largeAmount,
    SCENARIO.compromisedTerminal,
    SCENARIO.compromisedCustomer,
    0,
    SCENARIO.compromisedTerminal,
  ),
  since: Int16Array.of(0, 0, 0, 0, 0, 0),
}
