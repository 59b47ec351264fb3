import type {StoredEvent} from '../event/stored-event.js'
import type {WindowFeature} from './feature-set.js'
import type {LogBuilder, Read} from './log-builder.js'
import {
  countOf,
  deviationOf,
  distinctOf,
  extremeOf,
  firstOf,
  isNovel,
  lastOf,
  medianOf,
  sumOf,
} from './read-column.js'
import type {AggregateFunction} from './view-file.js'

type Reading = WindowFeature['read']

/** What an aggregate is worked out from: its condition and its value, as places in a log; -1 for none. */
export interface AggregatePlace {
  readonly when: number
  readonly value: number
  /** The value itself, as the column holds it. */
  readonly readValue: Read | undefined
}

/** Functions that hold values against each other, so that a hash will do. */
export const COMPARING: readonly AggregateFunction[] = ['distinct', 'novel']

/** Functions whose values cannot be put together, so that windows beyond the exact reach need a log of their own. */
export const UNFOLDED: readonly AggregateFunction[] = ['distinct', 'novel', 'median']

/** How an aggregate over one window is read from a log, which gets the columns that it takes. */
export function readingOf(
  fn: AggregateFunction,
  {when, value, readValue}: AggregatePlace,
  log: LogBuilder,
): Reading {
  const of = (kind: Parameters<LogBuilder['column']>[0]) => log.column(kind, when, value)
  switch (fn) {
    case 'count': {
      const count = of('count')
      return (rows, start, end) => countOf(rows, count, start, end)
    }
    case 'sum': {
      const sum = of('sum')
      return (rows, start, end) => sumOf(rows, sum, start, end)
    }
    case 'avg': {
      const [count, sum] = [of('count'), of('sum')]
      return (rows, start, end) => sumOf(rows, sum, start, end) / countOf(rows, count, start, end)
    }
    case 'stddev': {
      const [count, sum, squares] = [of('count'), of('sum'), of('squares')]
      return (rows, start, end) =>
        deviationOf(rows, countOf(rows, count, start, end), sum, squares, start, end)
    }
    case 'min':
    case 'max': {
      const extreme = of(fn)
      const slot = log.slot(extreme)
      return (rows, start, end) => extremeOf(rows, extreme, start, end, slot)
    }
    case 'first': {
      const first = of('first')
      return (rows, start, end) => firstOf(rows, first, start, end)
    }
    case 'last': {
      const last = of('last')
      return (rows, start, end) => lastOf(rows, last, start, end)
    }
    case 'median': {
      const values = of('value')
      return (rows, start, end) => medianOf(rows, values, start, end)
    }
    case 'distinct': {
      const codes = of('code')
      const slot = log.slot(codes)
      return (rows, start, end) => distinctOf(rows, codes, start, end, slot)
    }
    case 'novel': {
      const codes = of('code')
      const code = (event: StoredEvent) => readValue?.(event) ?? Number.NaN
      return (rows, start, end, transaction) => isNovel(rows, codes, start, end, code(transaction))
    }
  }
}
