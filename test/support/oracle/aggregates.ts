import {ERROR, isTimestamp, order, type Value} from './values.js'

export const AGGREGATES = ['count', 'sum', 'avg', 'min', 'max', 'stddev', 'distinct'] as const
export type AggregateName = (typeof AGGREGATES)[number]

/** An aggregate over one value per member, in the total order. An error for a member is the aggregate's. */
export function aggregate(name: AggregateName, values: readonly Value[]): Value {
  if (values.includes(ERROR)) return ERROR
  if (name === 'count') return values.length
  if (name === 'distinct') return distinct(values)
  if (values.length === 0) return ERROR
  if (name === 'min' || name === 'max') return extreme(values, name === 'min' ? -1 : 1)
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length < values.length) return ERROR
  const sum = numbers.reduce((total, value) => total + value, 0)
  if (name === 'sum') return sum
  const mean = sum / numbers.length
  if (name === 'avg') return mean
  const squares = numbers.reduce((total, value) => total + (value - mean) ** 2, 0)
  return Math.sqrt(squares / numbers.length)
}

function distinct(values: readonly Value[]): Value {
  const seen = new Set(values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : value)))
  return seen.size
}

function extreme(values: readonly Value[], direction: 1 | -1): Value {
  let best: Value = values[0] ?? ERROR
  if (typeof best !== 'number' && !isTimestamp(best)) return ERROR
  for (const value of values) {
    const comparison = order(value, best)
    if (comparison === ERROR) return ERROR
    if (comparison * direction > 0) best = value
  }
  return best
}
