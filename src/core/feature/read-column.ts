import {newestWith} from './enter-column.js'
import {result, standardDeviation, subtract} from './exact-sum.js'
import type {Column} from './log-plan.js'
import type {MemberLog} from './member-log.js'

/*
 * What a column says of the rows from `start` to `end`, which is excluded.
 */

/** Windows of more rows remember what they found, so that the next read looks at what is new only. */
const REMEMBERED_FROM = 24

export function countOf(log: MemberLog, {at}: Column, start: number, end: number): number {
  return start < end ? log.at(at, end - 1) - log.at(at, start - 1) : 0
}

export function sumOf(log: MemberLog, {at}: Column, start: number, end: number): number {
  if (start >= end) return 0
  subtract(log.at(at, end - 1), log.at(at + 1, end - 1), log.at(at, start - 1), log.at(at + 1, start - 1))
  return result.high
}

/** NaN for no values. */
export function deviationOf(
  log: MemberLog,
  count: number,
  sum: Column,
  squares: Column,
  start: number,
  end: number,
): number {
  if (count === 0) return Number.NaN
  sumOf(log, sum, start, end)
  const {high, low} = result
  sumOf(log, squares, start, end)
  return standardDeviation(count, high, low, result.high, result.low)
}

export function lastOf(log: MemberLog, {at}: Column, start: number, end: number): number {
  if (start >= end) return Number.NaN
  const row = end - 1 - log.at(at + 1, end - 1)
  return row >= start ? log.at(at, row) : Number.NaN
}

export function firstOf(log: MemberLog, {at}: Column, start: number, end: number): number {
  for (let row = start; row < end; row++) {
    const value = log.at(at, row)
    if (!Number.isNaN(value)) return value
  }
  return Number.NaN
}

export function extremeOf(log: MemberLog, column: Column, start: number, end: number, slot: number): number {
  const {at} = column
  if (end - start < REMEMBERED_FROM) return valueAt(log, at, bestOf(log, column, start, end, 0))
  const found = foundIn(log)
  const from = found[slot * 3] as number
  const to = found[slot * 3 + 1] as number
  const best = found[slot * 3 + 2] as number
  const goesOn = to > from && from <= start && to <= end && best >= start
  const row = goesOn ? bestOf(log, column, to, end, best) : bestOf(log, column, start, end, 0)
  remember(found, slot, start, end, row)
  return valueAt(log, at, row)
}

/** The row of the least or greatest value; 0 if there is none. */
function bestOf(
  {data, width}: MemberLog,
  {kind, at}: Column,
  start: number,
  end: number,
  known: number,
): number {
  let best = known
  let value = known === 0 ? Number.NaN : (data[known * width + at] as number)
  for (let row = start; row < end; row++) {
    const other = data[row * width + at] as number
    if (kind === 'min' ? other < value : other > value) {
      best = row
      value = other
    } else if (Number.isNaN(value) && !Number.isNaN(other)) {
      best = row
      value = other
    }
  }
  return best
}

function valueAt(log: MemberLog, at: number, row: number): number {
  return row === 0 ? Number.NaN : log.at(at, row)
}

export function distinctOf(log: MemberLog, {at}: Column, start: number, end: number, slot: number): number {
  if (end - start < REMEMBERED_FROM) return countDistinct(log, at, start, end)
  const found = foundIn(log)
  let from = found[slot * 3] as number
  let to = found[slot * 3 + 1] as number
  let distinct = found[slot * 3 + 2] as number
  const isFar = Math.abs(start - from) + Math.abs(end - to) > end - start || to <= start || from >= end
  if (isFar) distinct = countDistinct(log, at, start, end)
  else {
    for (; to < end; to++) if (isFirst(log, at, to, from)) distinct++
    for (; from > start; ) if (isLast(log, at, --from, to)) distinct++
    for (; to > end; ) if (isFirst(log, at, --to, from)) distinct--
    for (; from < start; from++) if (isLast(log, at, from, to)) distinct--
  }
  remember(found, slot, start, end, distinct)
  return distinct
}

function countDistinct(log: MemberLog, at: number, start: number, end: number): number {
  let distinct = 0
  for (let row = start; row < end; row++) if (isFirst(log, at, row, start)) distinct++
  return distinct
}

/** Whether no row from `from` up to this one has its code. */
function isFirst(log: MemberLog, at: number, row: number, from: number): boolean {
  return !Number.isNaN(log.at(at, row)) && log.at(at + 1, row) < from
}

/** Whether no row after this one and before `to` has its code. */
function isLast(log: MemberLog, at: number, row: number, to: number): boolean {
  if (Number.isNaN(log.at(at, row))) return false
  const after = log.at(at + 2, row)
  return after === 0 || after >= to
}

/** Whether a code does not occur. NaN: there is nothing to look for. */
export function isNovel(log: MemberLog, column: Column, start: number, end: number, code: number): number {
  if (Number.isNaN(code)) return Number.NaN
  let row = newestWith(log, column, code)
  while (row >= end) row = log.at(column.at + 1, row)
  return row >= start && row > 0 ? 0 : 1
}

/** Of an even number of values, the mean of the two in the middle. */
export function medianOf(log: MemberLog, {at}: Column, start: number, end: number): number {
  const values: number[] = []
  for (let row = start; row < end; row++) {
    const value = log.at(at, row)
    if (!Number.isNaN(value)) values.push(value)
  }
  if (values.length === 0) return Number.NaN
  values.sort((a, b) => a - b)
  const middle = values.length >>> 1
  const upper = values[middle] as number
  return values.length % 2 === 1 ? upper : ((values[middle - 1] as number) + upper) / 2
}

function foundIn(log: MemberLog): Float64Array {
  if (log.found === undefined) log.found = new Float64Array(log.plan.slots * 3)
  return log.found
}

function remember(found: Float64Array, slot: number, start: number, end: number, what: number): void {
  found[slot * 3] = start
  found[slot * 3 + 1] = end
  found[slot * 3 + 2] = what
}
