import {compareIds} from '../event/order.js'
import type {LogPlan} from './log-plan.js'

const FIRST_CAPACITY = 4
const NO_ROOM = new Float64Array(0)
const NO_IDS: string[] = []

/**
 * The rows of one entity and stream (see log-plan.ts), in one array, row by row, so that what an event writes and a window's
 * border reads lies together. Row 0 is none: the row before the first holds what was running before it. A row that comes in
 * order costs the same however many there are; out of order, what comes after it is moved.
 */
export class MemberLog {
  /** The first row. */
  head = 1
  /** After the last row. */
  end = 1
  /** Of many an entity nothing ever comes: room is made for the first row only when it does. */
  capacity = 0
  data: Float64Array = NO_ROOM
  /** By row; empty for rows that stand for several events. As many as there is room for: an array that grows by itself takes far more. */
  ids: string[] = NO_IDS
  /** By column, what a read found last: from a row, up to a row, and what. Undefined until a read wants to remember. */
  found: Float64Array | undefined
  /** By column: the newest row of each code. Undefined while there are few rows. */
  newest: (Map<number, number> | undefined)[] | undefined

  /** Numbers in a row; the first is its time. */
  readonly width: number

  constructor(readonly plan: LogPlan) {
    this.width = plan.width
  }

  get rows(): number {
    return this.end - this.head
  }

  at(column: number, row: number): number {
    return this.data[row * this.width + column] as number
  }

  put(column: number, row: number, value: number): void {
    this.data[row * this.width + column] = value
  }

  /** The first row after a time. */
  firstAfter(time: number): number {
    const {data, width} = this
    let low = this.head
    let high = this.end
    // Most borders lie before all rows or after them.
    if (high === low || (data[(high - 1) * width] as number) <= time) return high
    if ((data[low * width] as number) > time) return low
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((data[middle * width] as number) <= time) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The first row that comes after an event of this time and id in the total order. */
  firstAfterEvent(time: number, id: string): number {
    let row = this.firstAfter(time)
    const {data, width, ids, head} = this
    while (row > head && data[(row - 1) * width] === time && compareIds(ids[row - 1] as string, id) > 0) row--
    return row
  }

  /** Rows were put together: what was known of their places is not so any more. */
  forgetFound(): void {
    this.found = undefined
    this.newest = undefined
  }

  /** Makes a row for an event, at its place. Out of order, what points to rows from there on is not moved with them: see `shiftLinks`. */
  open(time: number, id: string): number {
    if (this.end >= this.capacity) this.makeRoom()
    const place = this.firstAfterEvent(time, id)
    const {data, ids, width, end} = this
    this.end++
    if (place < end) {
      data.copyWithin((place + 1) * width, place * width, end * width)
      for (let row = end; row > place; row--) ids[row] = ids[row - 1] as string
    }
    ids[place] = id
    data[place * width] = time
    return place
  }

  /** Makes room for so many rows, row 0 included, of which none is there. */
  allocate(capacity: number): void {
    this.capacity = capacity
    this.data = new Float64Array(this.width * capacity)
    this.ids = new Array<string>(capacity).fill('')
  }

  /** Takes away the rows that were dropped at the front and, if they were few, makes the array larger. */
  private makeRoom(): void {
    const {capacity, end, width, data, ids} = this
    const dropped = this.head - 1
    if (dropped > capacity / 3) data.copyWithin(0, dropped * width, end * width)
    else {
      this.allocate(Math.max(FIRST_CAPACITY, Math.ceil(capacity * 1.5)))
      // Most logs are short: no view of the array is made.
      for (let to = 0, from = dropped * width; from < end * width && from < data.length; to++, from++)
        this.data[to] = data[from] as number
    }
    for (let from = Math.max(1, dropped); from < end; from++) this.ids[from - dropped] = ids[from] as string
    if (dropped === 0) return
    this.head = 1
    this.end -= dropped
    this.forgetFound()
    for (const {kind, at} of this.plan.columns) {
      if (kind !== 'code') continue
      for (let row = 1; row < this.end; row++) {
        this.put(at + 1, row, Math.max(0, this.at(at + 1, row) - dropped))
        this.put(at + 2, row, Math.max(0, this.at(at + 2, row) - dropped))
      }
    }
  }
}
