import type {Arrival} from './views.js'

/*
 * Feature windows as their definition reads: looks at every event, each time anew.
 */

const HOUR = 3_600_000
const DAY = 24 * HOUR

export interface PlainWindow {
  readonly entity: string
  readonly fn: string
  readonly of?: (wire: Arrival[1]) => unknown
  readonly when?: (wire: Arrival[1]) => boolean
  readonly ms: number
  readonly delay: number
  readonly exact: boolean
  readonly includeCurrent: boolean
}

/** The value as of a transaction, among all that arrived up to it; NaN: missing. */
export function plainValue(window: PlainWindow, arrived: readonly Arrival[], current: Arrival): number {
  const {entity, fn, of = () => 1, when = () => true, ms, delay, exact, includeCurrent} = window
  const [, wire, time] = current
  if (wire[entity] === undefined) return Number.NaN
  const from = border(time, ms + delay, exact)
  const to = border(time, delay, exact)
  const members = arrived
    .filter(([, other]) => other[entity] === wire[entity] && when(other))
    // Cards belong to users.
    .filter(([, other]) => entity !== 'card_id' || other.user_id === wire.user_id)
    .filter(([, , at]) => at > from && at <= to)
    .filter((each) => delay > 0 || !isAfter(each, current))
    .filter((each) => (includeCurrent && fn !== 'novel') || delay > 0 || each !== current)
    .sort((a, b) => (isAfter(a, b) ? 1 : -1))
  const values = members.map(([, other]) => of(other)).filter((value) => value !== undefined)
  return aggregate(fn, values as unknown as readonly (number | string)[], of(wire))
}

function border(time: number, age: number, exact: boolean): number {
  if (exact || age <= DAY) return time - age
  const pane = age <= 7 * DAY ? HOUR : DAY
  return Math.floor((time - age) / pane) * pane
}

/** By time, then id: ids here are ASCII. */
function isAfter([, a, timeA]: Arrival, [, b, timeB]: Arrival): boolean {
  return timeA === timeB ? String(a.transaction_id) > String(b.transaction_id) : timeA > timeB
}

function aggregate(fn: string, values: readonly (number | string)[], own: unknown): number {
  const numbers = values as readonly number[]
  const n = values.length
  switch (fn) {
    case 'count':
      return n
    case 'distinct':
      return new Set(values).size
    case 'novel':
      return own === undefined ? Number.NaN : values.includes(own as string) ? 0 : 1
    case 'sum':
      return exactSum(numbers)
    case 'avg':
      return n === 0 ? Number.NaN : exactSum(numbers) / n
    case 'stddev': {
      if (n === 0) return Number.NaN
      const mean = exactSum(numbers) / n
      return Math.sqrt(numbers.reduce((total, value) => total + (value - mean) ** 2, 0) / n)
    }
    case 'min':
      return n === 0 ? Number.NaN : Math.min(...numbers)
    case 'max':
      return n === 0 ? Number.NaN : Math.max(...numbers)
    case 'first':
      return numbers[0] ?? Number.NaN
    case 'last':
      return numbers.at(-1) ?? Number.NaN
    default: {
      const sorted = [...numbers].sort((a, b) => a - b)
      const middle = n >>> 1
      if (n === 0) return Number.NaN
      const upper = sorted[middle] as number
      return n % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
    }
  }
}

/** The sum of the doubles as rational numbers, rounded once. */
function exactSum(values: readonly number[]): number {
  let total = 0n
  for (const value of values) total += scaled(value)
  return Number(total) / 2 ** 600 / 2 ** 200
}

/** value · 2^800: of the values used here, a whole number. */
function scaled(value: number): bigint {
  let mantissa = value
  let shift = 800n
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    shift--
  }
  return BigInt(mantissa) << shift
}
