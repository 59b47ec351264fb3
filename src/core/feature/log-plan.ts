import type {StoredEvent} from '../event/stored-event.js'

/*
 * What is kept of an entity's events of one stream: a row of numbers for each event, in the total order. Some columns are
 * running: they hold a total over all rows up to theirs, so that what lies between two rows is one subtraction, however
 * many rows there are.
 */

/**
 * count, sum, squares: running. The others hold the row's own value, NaN if it has none; last: and how many rows
 * back the newest value is; code: and the rows before and after it with the same value.
 */
export type ColumnKind = 'count' | 'sum' | 'squares' | 'last' | 'min' | 'max' | 'first' | 'value' | 'code'

/** How many numbers of a row each kind takes. */
export const COLUMN_WIDTH: Readonly<Record<ColumnKind, number>> = {
  count: 1,
  sum: 2,
  squares: 2,
  last: 2,
  min: 1,
  max: 1,
  first: 1,
  value: 1,
  code: 3,
}

export interface Column {
  readonly kind: ColumnKind
  /** Which condition a row must satisfy to count, by its place in `whens`; -1: every row does. */
  readonly when: number
  /** Which value, by its place in `values`; -1 for a plain count. */
  readonly value: number
  /** The first of its numbers in a row. */
  readonly at: number
  /** Place among the columns. */
  readonly index: number
  /** Of min, max and code: where each window that reads the column remembers what it found. */
  readonly slots: number[]
}

/** How rows that are no longer needed one by one are put together. */
export type FoldMode =
  /** Into one row by the hour, later by the day. */
  | 'panes'
  /** Of equal values, the newest row stays. */
  | 'latest'
  /** Not at all. */
  | 'rows'

export interface LogPlan {
  /** Name and rank of the stream. */
  readonly stream: string
  readonly rank: number
  readonly whens: readonly ((event: StoredEvent) => boolean)[]
  /** A number, NaN where it is missing; of text, or for comparison only, a hash. */
  readonly values: readonly ((event: StoredEvent) => number)[]
  readonly columns: readonly Column[]
  /** Numbers in a row, the time included, which comes first. */
  readonly width: number
  readonly slots: number
  readonly fold: FoldMode
  /** Whether the stream's events are kept for ever, so that nothing has to be folded. */
  readonly staysInHistory: boolean
  /** Whether panes by the hour are asked for. */
  readonly byHour: boolean
  /** So far back (ms) a border may lie. */
  readonly reach: number
  /** Whether an event that satisfies none of `whens` leaves no row. */
  readonly sparse: boolean
}

/** Of values that are compared and not added, so many folded rows are kept of one entity: the newest. */
export const FOLDED_ROWS_LIMIT = 4096

/** A value of greater magnitude counts as missing: it would leave no room for the digits of the others. */
export const GREATEST_VALUE = 1e15
