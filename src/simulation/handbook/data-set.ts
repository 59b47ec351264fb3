import {customers} from './customer.js'
import {commitFrauds, type FraudLabels} from './frauds.js'
import {type HandbookOptions, requireValid} from './options.js'
import {spend} from './spending.js'
import {terminals, terminalsNear} from './terminals.js'
import {TransactionCollector, type TransactionTable} from './transaction-table.js'

/** Transactions in order of time with their labels, as columns; the index is the id. 23 bytes per transaction. */
export type HandbookDataSet = TransactionTable & FraudLabels

const TERMINALS = 10_000

/**
 * The simulated data set of Le Borgne, Siblini, Lebichot and Bontempi, Reproducible Machine Learning for Credit Card
 * Fraud Detection: Practical Handbook (ULB 2022), chapter 3: the same rows as its generator, bit for bit. All of it
 * is in memory, because the ids follow from sorting by time and the frauds from the ids: about 40 MB, and twice that
 * while it is sorted, for the published size. Throws a RangeError for an option out of range.
 */
export function handbookDataSet(
  options: HandbookOptions,
  onProgress: (customersDone: number) => void = () => undefined,
): HandbookDataSet {
  requireValid(options)
  const {users, days} = options
  const places = terminals(TERMINALS)
  const collector = new TransactionCollector()
  for (const customer of customers(users)) {
    spend(customer, terminalsNear(customer, places), days, collector)
    onProgress(customer.id + 1)
  }
  const table = collector.inOrderOfTime()
  return {...table, ...commitFrauds(table, users, TERMINALS)}
}
