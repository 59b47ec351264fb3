import type {Customer} from './customer.js'
import {LegacyNormal} from './legacy-normal.js'
import {legacyPoisson} from './legacy-poisson.js'
import {legacyUniform} from './legacy-uniform.js'
import {MersenneTwister} from './mersenne-twister.js'
import {PythonRandom} from './python-random.js'
import type {TransactionCollector} from './transaction-table.js'

export const DAY_S = 86_400
const MEAN_TIME_S = DAY_S / 2
const TIME_DEVIATION_S = 20_000

/**
 * What one customer pays, day by day, at the terminals nearby. Both generators start from the customer's id; a time
 * outside its day is drawn but makes no transaction.
 */
export function spend(
  customer: Customer,
  nearby: Int32Array,
  days: number,
  into: TransactionCollector,
): void {
  const {id, meanAmount, transactionsPerDay} = customer
  const twister = MersenneTwister.ofSeed(id)
  const normal = new LegacyNormal(twister)
  const choices = new PythonRandom(id)
  for (let day = 0; day < days; day++) {
    for (let left = legacyPoisson(twister, transactionsPerDay); left > 0; left--) {
      const time_s = Math.trunc(normal.next(MEAN_TIME_S, TIME_DEVIATION_S))
      if (time_s <= 0 || time_s >= DAY_S) continue
      let amount = normal.next(meanAmount, meanAmount / 2)
      if (amount < 0) amount = legacyUniform(twister, 0, 2 * meanAmount)
      if (nearby.length === 0) continue
      into.add(day * DAY_S + time_s, id, choices.choice(nearby), toCents(amount))
    }
  }
}

/** Added and taken away, 2^52 leaves a whole number: the nearest, of two the even one, as NumPy rounds. */
const WHOLE = 2 ** 52

function toCents(amount: number): number {
  return (amount * 100 + WHOLE - WHOLE) / 100
}
