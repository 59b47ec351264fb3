import {pandasSample} from './pandas-sample.js'
import {PythonRandom} from './python-random.js'
import {DAY_S} from './spending.js'
import type {TransactionTable} from './transaction-table.js'

/** How fraud comes about; the values are those of TX_FRAUD_SCENARIO, 0 is none. */
export const SCENARIO = {
  /** Any amount over 220: plain to see. */
  largeAmount: 1,
  /** All payments at two terminals a day, for 28 days. */
  compromisedTerminal: 2,
  /** A third of the payments of three customers a day over 14 days, at five times the amount. */
  compromisedCustomer: 3,
} as const

const LARGE_AMOUNT = 220
const TERMINALS_A_DAY = 2
const TERMINAL_DAYS = 28
const CUSTOMERS_A_DAY = 3
const CUSTOMER_DAYS = 14
const ONE_IN = 3
const INFLATION = 5

/** What became of each transaction, by its id. */
export interface FraudLabels {
  /** A value of `SCENARIO`, or 0. */
  readonly scenario: Uint8Array
  /** The day from which the terminal or the customer was compromised. */
  readonly since: Int16Array
}

/** The transactions from the beginning of a day on: ids `from` up to, and without, `until`. */
interface Span {
  readonly day: number
  readonly from: number
  readonly until: number
}

/**
 * Commits the frauds in a table that is in order of time, one scenario after the other: the last that takes a
 * transaction labels it. Raises amounts in the table, several times where compromises of a customer overlap.
 * The last day on which something happens compromises nothing more.
 */
export function commitFrauds(table: TransactionTable, customers: number, terminals: number): FraudLabels {
  const {size} = table
  const labels = {scenario: new Uint8Array(size), since: new Int16Array(size)}
  const spans = (days: number): readonly Span[] => spansOfDays(table, days)
  labelLargeAmounts(table, labels)
  for (const span of spans(TERMINAL_DAYS)) {
    compromiseTerminals(table, labels, span, chosen(terminals, TERMINALS_A_DAY, span.day))
  }
  for (const span of spans(CUSTOMER_DAYS)) {
    compromiseCustomers(table, labels, span, chosen(customers, CUSTOMERS_A_DAY, span.day))
  }
  return labels
}

function labelLargeAmounts({size, amount}: TransactionTable, {scenario}: FraudLabels): void {
  for (let id = 0; id < size; id++) {
    if ((amount[id] as number) > LARGE_AMOUNT) scenario[id] = SCENARIO.largeAmount
  }
}

function compromiseTerminals(
  {terminal}: TransactionTable,
  {scenario, since}: FraudLabels,
  {day, from, until}: Span,
  compromised: Uint8Array,
): void {
  for (let id = from; id < until; id++) {
    if (compromised[terminal[id] as number] === 0) continue
    scenario[id] = SCENARIO.compromisedTerminal
    since[id] = day
  }
}

function compromiseCustomers(
  {customer, amount}: TransactionTable,
  {scenario, since}: FraudLabels,
  {day, from, until}: Span,
  compromised: Uint8Array,
): void {
  const payments: number[] = []
  for (let id = from; id < until; id++) {
    if (compromised[customer[id] as number] === 1) payments.push(id)
  }
  const stolen = Math.floor(payments.length / ONE_IN)
  for (const id of new PythonRandom(day).sample(Int32Array.from(payments), stolen)) {
    amount[id] = (amount[id] as number) * INFLATION
    scenario[id] = SCENARIO.compromisedCustomer
    since[id] = day
  }
}

/** For each day but the last: that day and the following ones, `days` in all, as far as there are any. */
function spansOfDays({size, time_s}: TransactionTable, days: number): readonly Span[] {
  const starts: number[] = []
  for (let id = 0; id < size; id++) {
    while (starts.length * DAY_S <= (time_s[id] as number)) starts.push(id)
  }
  return starts.slice(0, -1).map((from, day) => ({day, from, until: starts[day + days] ?? size}))
}

/** By terminal or customer: 1 for those that are compromised from this day on. */
function chosen(count: number, size: number, day: number): Uint8Array {
  const flags = new Uint8Array(count)
  for (const id of pandasSample(count, size, day)) flags[id] = 1
  return flags
}
