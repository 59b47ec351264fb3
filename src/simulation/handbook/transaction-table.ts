import {legacyArgsort} from './legacy-argsort.js'

/** Transactions as columns: 20 bytes each. The index is the transaction's id once they are in order of time. */
export interface TransactionTable {
  readonly size: number
  /** Since the beginning of the data set. */
  readonly time_s: Int32Array
  readonly customer: Int32Array
  readonly terminal: Int32Array
  readonly amount: Float64Array
}

const FIRST_ROOM = 4096

/** Collects transactions in any order. */
export class TransactionCollector {
  private size = 0
  private time_s = new Int32Array(FIRST_ROOM)
  private customer = new Int32Array(FIRST_ROOM)
  private terminal = new Int32Array(FIRST_ROOM)
  private amount = new Float64Array(FIRST_ROOM)

  add(time_s: number, customer: number, terminal: number, amount: number): void {
    if (this.size === this.time_s.length) this.makeRoom()
    const at = this.size++
    this.time_s[at] = time_s
    this.customer[at] = customer
    this.terminal[at] = terminal
    this.amount[at] = amount
  }

  /** A table of its own, in order of time. */
  inOrderOfTime(): TransactionTable {
    const order = legacyArgsort(this.time_s.subarray(0, this.size))
    return {
      size: this.size,
      time_s: order.map((at) => this.time_s[at] as number),
      customer: order.map((at) => this.customer[at] as number),
      terminal: order.map((at) => this.terminal[at] as number),
      amount: new Float64Array(this.size).map((_, id) => this.amount[order[id] as number] as number),
    }
  }

  private makeRoom(): void {
    this.time_s = doubled(this.time_s)
    this.customer = doubled(this.customer)
    this.terminal = doubled(this.terminal)
    const amount = new Float64Array(2 * this.amount.length)
    amount.set(this.amount)
    this.amount = amount
  }
}

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length)
  larger.set(column)
  return larger
}
