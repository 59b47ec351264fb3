import {result, subtract} from './exact-sum.js'
import {COLUMN_WIDTH, type Column, FOLDED_ROWS_LIMIT} from './log-plan.js'
import type {MemberLog} from './member-log.js'
import {HOURS_REACH_MS, PANES_MS, paneOf} from './window-border.js'

/**
 * Puts the rows before a time together, as far as no border of a window lies between them any more, and drops those that
 * no window reaches. No event before that time may come any more, and nothing be asked as of an earlier time than windows allow.
 */
export function foldLog(log: MemberLog, before: number): void {
  const {plan} = log
  const dropped = log.firstAfter(before - plan.reach - PANES_MS.day)
  if (plan.staysInHistory) {
    log.head = dropped
    return
  }
  const end = log.firstAfter(before - 1)
  log.head = plan.fold === 'panes' ? dropped : Math.max(dropped, end - FOLDED_ROWS_LIMIT)
  let kept = end
  for (let row = end - 1; row >= log.head; row--) {
    if (kept < end && belongsTogether(log, row, kept, before)) mergeInto(log, kept, row)
    else if (!isSuperseded(log, row, end)) {
      kept--
      if (kept > row) moveRow(log, row, kept)
      log.ids[kept] = ''
    }
  }
  // What was running before the first row stands before the first that is left.
  if (kept > log.head) moveRow(log, log.head - 1, kept - 1)
  log.head = kept
  relink(log)
}

/** Whether two neighbouring rows lie in one pane. */
function belongsTogether(log: MemberLog, row: number, kept: number, before: number): boolean {
  const {plan} = log
  if (plan.fold !== 'panes') return false
  const time = log.at(0, row)
  const newer = log.at(0, kept)
  const isOfHour = plan.byHour && newer >= before - HOURS_REACH_MS - PANES_MS.hour
  const pane = isOfHour ? PANES_MS.hour : PANES_MS.day
  return paneOf(time, pane) === paneOf(newer, pane)
}

/** Whether the same value comes again, in a row that is folded, too: before `end`. */
function isSuperseded(log: MemberLog, row: number, end: number): boolean {
  const {plan} = log
  if (plan.fold !== 'latest') return false
  return plan.columns.every(({kind, at}) => {
    const after = log.at(at + 2, row)
    return kind !== 'code' || Number.isNaN(log.at(at, row)) || (after > 0 && after < end)
  })
}

/** The older row's own values count where they say more. What is running stays as it is in the newer row. */
function mergeInto(log: MemberLog, newer: number, older: number): void {
  for (const {kind, at} of log.plan.columns) {
    const value = log.at(at, older)
    if (Number.isNaN(value)) continue
    const known = log.at(at, newer)
    const isBetter =
      Number.isNaN(known) ||
      kind === 'first' ||
      (kind === 'min' && value < known) ||
      (kind === 'max' && value > known)
    if (isBetter && ['first', 'min', 'max', 'last'].includes(kind)) log.put(at, newer, value)
  }
}

function moveRow(log: MemberLog, from: number, to: number): void {
  log.data.copyWithin(to * log.width, from * log.width, (from + 1) * log.width)
  log.ids[to] = log.ids[from] as string
}

/** Works out anew what rows know of each other. */
function relink(log: MemberLog): void {
  log.forgetFound()
  for (const column of log.plan.columns) {
    if (column.kind === 'code') relinkCodes(log, column)
    else if (column.kind === 'last') relinkLast(log, column)
  }
}

function relinkCodes(log: MemberLog, {at}: Column): void {
  const newest = new Map<number, number>()
  for (let row = log.head; row < log.end; row++) {
    const code = log.at(at, row)
    const before = newest.get(code) ?? 0
    log.put(at + 1, row, before)
    log.put(at + 2, row, 0)
    if (Number.isNaN(code)) continue
    if (before > 0) log.put(at + 2, before, row)
    newest.set(code, row)
  }
}

function relinkLast(log: MemberLog, {at}: Column): void {
  let back = Number.POSITIVE_INFINITY
  for (let row = log.head; row < log.end; row++) {
    back = Number.isNaN(log.at(at, row)) ? back + 1 : 0
    log.put(at + 1, row, back)
  }
}

/** The rows before a time, as numbers: what a log cannot be given back from events. Empty if there are none. */
export function packRows(log: MemberLog, before: number): Float64Array {
  const {plan, head} = log
  const count = log.firstAfter(before - 1) - head
  const packed = new Float64Array(count * plan.width)
  for (let i = 0; i < count; i++) {
    const row = head + i
    const at = i * plan.width
    packed[at] = log.at(0, row)
    for (const column of plan.columns) packColumn(log, column, row, packed, at)
  }
  return packed
}

function packColumn(log: MemberLog, {kind, at}: Column, row: number, packed: Float64Array, to: number): void {
  const base = log.head - 1
  switch (kind) {
    case 'count':
      packed[to + at] = log.at(at, row) - log.at(at, base)
      return
    case 'sum':
    case 'squares':
      subtract(log.at(at, row), log.at(at + 1, row), log.at(at, base), log.at(at + 1, base))
      packed[to + at] = result.high
      packed[to + at + 1] = result.low
      return
    default:
      packed[to + at] = log.at(at, row)
  }
}

/** Puts packed rows into a log that is empty. */
export function unpackRows(log: MemberLog, packed: Float64Array): void {
  const {plan} = log
  const count = packed.length / plan.width
  log.allocate(count + 4)
  log.end = count + 1
  for (let i = 0; i < count; i++) {
    log.put(0, i + 1, packed[i * plan.width] as number)
    for (const {kind, at} of plan.columns)
      for (let number = 0; number < COLUMN_WIDTH[kind]; number++)
        log.put(at + number, i + 1, packed[i * plan.width + at + number] as number)
  }
  relink(log)
}
