import {whole} from '../scenario/options.js'

/** The size of the data set. The seeds are the published ones, so that every size is one fixed data set. */
export interface HandbookOptions {
  /** Customers, at least the three whose cards are stolen every day. */
  readonly users: number
  readonly days: number
}

/** The size that the handbook's results are given for: 2018-04-01 to 2018-09-30. */
export const PUBLISHED_SIZE: HandbookOptions = {users: 5000, days: 183}

/** Throws a RangeError that names the option, its value and what is allowed. */
export function requireValid({users, days}: HandbookOptions): void {
  whole('users', users, 3, 100_000)
  whole('days', days, 1, 366)
}
