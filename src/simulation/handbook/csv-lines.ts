import type {HandbookDataSet} from './data-set.js'

const COLUMNS = [
  'TRANSACTION_ID',
  'TX_TIME_SECONDS',
  'CUSTOMER_ID',
  'TERMINAL_ID',
  'TX_AMOUNT',
  'TX_FRAUD',
  'TX_FRAUD_SCENARIO',
]

/** The data set in its original columns, as pandas writes them: a header, then a line per transaction. */
export function* csvLines(data: HandbookDataSet): Generator<string, void, void> {
  const {size, time_s, customer, terminal, amount, scenario} = data
  yield COLUMNS.join(',')
  for (let id = 0; id < size; id++) {
    const amountText = floatText(amount[id] as number)
    const fraud = scenario[id] === 0 ? 0 : 1
    yield `${id},${time_s[id]},${customer[id]},${terminal[id]},${amountText},${fraud},${scenario[id]}`
  }
}

/** As Python writes a number that is no integer by type: 146.0. */
function floatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
