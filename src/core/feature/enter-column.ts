import type {StoredEvent} from '../event/stored-event.js'
import {addSquareTo, addTo, result} from './exact-sum.js'
import type {Column} from './log-plan.js'
import type {MemberLog} from './member-log.js'

/** From so many rows on, the newest row of each code is looked up; below, a scan is as fast. */
const INDEXED_FROM = 32

/** What the conditions and the values of a plan make of the event that is being entered. */
const members: boolean[] = []
const valuesOf: number[] = []

/** Enters an event at its place in the total order. */
export function enterEvent(log: MemberLog, event: StoredEvent): void {
  const {whens, values, sparse, columns} = log.plan
  let leavesRow = !sparse
  for (let i = 0; i < whens.length; i++) {
    const isMember = (whens[i] as (event: StoredEvent) => boolean)(event)
    members[i] = isMember
    if (isMember) leavesRow = true
  }
  if (!leavesRow) return
  for (let i = 0; i < values.length; i++) valuesOf[i] = (values[i] as (event: StoredEvent) => number)(event)
  const row = log.open(event.time, event.id)
  if (row < log.end - 1) shiftLinks(log, row)
  for (const column of columns) {
    const {when, value} = column
    const counts = when < 0 || members[when] === true
    enterValue(log, column, row, !counts ? Number.NaN : value < 0 ? 1 : (valuesOf[value] as number))
  }
}

/** Enters a value into a column of a row that has just been made; NaN: the row has none. */
function enterValue(log: MemberLog, column: Column, row: number, value: number): void {
  switch (column.kind) {
    case 'count':
      enterCount(log, column, row, value)
      return
    case 'sum':
      enterSum(log, column, row, value, addTo)
      return
    case 'squares':
      enterSum(log, column, row, value, addSquareTo)
      return
    case 'last':
      enterLast(log, column, row, value)
      return
    case 'code':
      enterCode(log, column, row, value)
      return
    case 'min':
    case 'max':
      log.put(column.at, row, value)
      enterExtreme(log, column, row, value)
      return
    default:
      log.put(column.at, row, value)
  }
}

function enterCount({data, width, end}: MemberLog, {at}: Column, row: number, value: number): void {
  const place = row * width + at
  const by = Number.isNaN(value) ? 0 : 1
  data[place] = (data[place - width] as number) + by
  if (by > 0) for (let later = place + width; later < end * width; later += width) (data[later] as number)++
}

function enterSum(
  {data, width, end}: MemberLog,
  {at}: Column,
  row: number,
  value: number,
  add: (high: number, low: number, value: number) => void,
): void {
  const place = row * width + at
  data[place] = data[place - width] as number
  data[place + 1] = data[place - width + 1] as number
  if (Number.isNaN(value)) return
  for (let later = place; later < end * width; later += width) {
    add(data[later] as number, data[later + 1] as number, value)
    data[later] = result.high
    data[later + 1] = result.low
  }
}

/** Beside the value: how many rows back the newest one is, infinitely many if there is none. */
function enterLast(log: MemberLog, {at}: Column, row: number, value: number): void {
  log.put(at, row, value)
  const hasNone = Number.isNaN(value)
  const before = row > log.head ? log.at(at + 1, row - 1) + 1 : Number.POSITIVE_INFINITY
  log.put(at + 1, row, hasNone ? before : 0)
  for (let later = row + 1; later < log.end && Number.isNaN(log.at(at, later)); later++)
    log.put(at + 1, later, log.at(at + 1, later - 1) + 1)
}

/** What a read found in a window that the row has entered may be something else now. */
function enterExtreme(log: MemberLog, {kind, at, slots}: Column, row: number, value: number): void {
  const {found} = log
  if (found === undefined) return
  for (const slot of slots) {
    const [start, end, best] = [slot * 3, slot * 3 + 1, slot * 3 + 2] as const
    if (row >= (found[end] as number)) continue
    ;(found[end] as number)++
    if (row < (found[start] as number)) (found[start] as number)++
    if (row <= (found[best] as number)) (found[best] as number)++
    if (row < (found[start] as number) || Number.isNaN(value)) continue
    const other = found[best] === 0 ? Number.NaN : log.at(at, found[best] as number)
    if (Number.isNaN(other) || (kind === 'min' ? value < other : value > other)) found[best] = row
  }
}

/** Ties the row in between those with the same code, before and after it. */
function enterCode(log: MemberLog, column: Column, row: number, code: number): void {
  const {at, index} = column
  for (let i = 0; i < 3; i++) log.put(at + i, row, i === 0 ? Number.NaN : 0)
  let after = 0
  let before = 0
  if (!Number.isNaN(code)) {
    for (let later = row + 1; later < log.end && after === 0; later++)
      if (log.at(at, later) === code) after = later
    before = after > 0 ? log.at(at + 1, after) : newestWith(log, column, code)
    log.put(at, row, code)
    log.put(at + 1, row, before)
    log.put(at + 2, row, after)
    if (before > 0) log.put(at + 2, before, row)
    if (after > 0) log.put(at + 1, after, row)
    else log.newest?.[index]?.set(code, row)
  }
  if (log.found !== undefined) countIn(log.found, column, row, before, after, !Number.isNaN(code))
}

/** A row entered: the distinct codes that were counted in windows may be more now. */
function countIn(
  found: Float64Array,
  {slots}: Column,
  row: number,
  before: number,
  after: number,
  hasCode: boolean,
): void {
  for (const slot of slots) {
    const [start, end] = [slot * 3, slot * 3 + 1] as const
    if (row >= (found[end] as number)) continue
    ;(found[end] as number)++
    if (row < (found[start] as number)) (found[start] as number)++
    else if (hasCode && before < (found[start] as number) && (after === 0 || after >= (found[end] as number)))
      (found[slot * 3 + 2] as number)++
  }
}

/** The newest row with a code; 0 if there is none. */
export function newestWith(log: MemberLog, {at, index}: Column, code: number): number {
  if (log.rows < INDEXED_FROM) {
    for (let row = log.end - 1; row >= log.head; row--) if (log.at(at, row) === code) return row
    return 0
  }
  if (log.newest === undefined) log.newest = []
  let newest = log.newest[index]
  if (newest === undefined) {
    newest = new Map()
    for (let row = log.head; row < log.end; row++) {
      const of = log.at(at, row)
      if (!Number.isNaN(of)) newest.set(of, row)
    }
    log.newest[index] = newest
  }
  const row = newest.get(code) ?? 0
  return row >= log.head ? row : 0
}

/** A row was put in between: those from there on have moved by one, and whoever points to them is told so. */
function shiftLinks(log: MemberLog, place: number): void {
  for (const {kind, at, index} of log.plan.columns) {
    if (kind !== 'code') continue
    log.put(at, place, Number.NaN)
    const newest = log.newest?.[index]
    for (let row = place + 1; row < log.end; row++) {
      const code = log.at(at, row)
      if (Number.isNaN(code)) continue
      const before = log.at(at + 1, row)
      const after = log.at(at + 2, row)
      if (before >= place) log.put(at + 1, row, before + 1)
      else if (before > 0) log.put(at + 2, before, row)
      if (after > 0) log.put(at + 2, row, after + 1)
      else newest?.set(code, row)
    }
  }
}
