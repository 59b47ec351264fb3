import {type EventTime, formatTime, parseEventTime} from '../../core/event/time.js'
import type {FraudKind} from './planted.js'
import {DAY_MS} from './span.js'

/** A time in which frauds are of certain kinds. */
export interface FraudPhase {
  readonly days: number
  /** How many plantings of which kind. */
  readonly plantings: {readonly [kind in FraudKind]?: number}
}

/** What a scenario consists of. Shares are of all lines, 0..1. */
export interface ScenarioOptions {
  readonly users: number
  /** Length of the scenario in event time; fractions are allowed. */
  readonly days: number
  readonly seed: number
  /** Mean legitimate transactions per user and day; default 8. */
  readonly rate?: number
  /** Event time of the first transactions; default Monday 2026-01-05T00:00:00Z. */
  readonly start?: EventTime
  /** Plantings per kind of fraud; default one per 400 user days, at least 1. */
  readonly frauds?: number
  /** One after the other from the start, instead of every kind all the time; `frauds` does not count then. */
  readonly phases?: readonly FraudPhase[]
  /** Share that arrives up to a minute late, within the allowed lateness; default 0.02. */
  readonly outOfOrder?: number
  /** Share that is sent twice; default 0.005. */
  readonly duplicates?: number
  /** Share that arrives when the stream has gone on for longer than the allowed lateness; default 0.001. */
  readonly late?: number
  /** Share of lines that are no valid event; default 0.001. */
  readonly broken?: number
}

export type ResolvedOptions = Required<Omit<ScenarioOptions, 'phases'>> & {
  readonly phases: readonly FraudPhase[] | undefined
  readonly end: EventTime
}

const MONDAY = parseEventTime('2026-01-05T00:00:00Z') as EventTime
/** Room for local time west of Greenwich, and four digits for the year. */
const EARLIEST = parseEventTime('1971-01-01T00:00:00Z') as EventTime
const LATEST = parseEventTime('9999-01-01T00:00:00Z') as EventTime

/** Fills in the defaults. Throws a RangeError that names the option, its value and what is allowed. */
export function resolveOptions(options: ScenarioOptions): ResolvedOptions {
  const {users, days, seed, rate = 8, start = MONDAY} = options
  whole('users', users, 1, 10_000_000)
  within('days', days, 0.001, 3660)
  whole('seed', seed, 0, Number.MAX_SAFE_INTEGER)
  within('rate', rate, 0.01, 1000)
  whole('start', start, EARLIEST, LATEST)
  const frauds = options.frauds ?? Math.max(1, Math.round((users * days) / 400))
  whole('frauds', frauds, 0, 1_000_000)
  const {outOfOrder = 0.02, duplicates = 0.005, late = 0.001, broken = 0.001} = options
  const shares = {outOfOrder, duplicates, late, broken}
  for (const [name, share] of Object.entries(shares)) within(name, share, 0, 0.5)
  const end = (start + Math.round(days * DAY_MS)) as EventTime
  if (end > LATEST)
    throw new RangeError(`start and days lead past ${formatTime(LATEST)}; choose an earlier start`)
  return {users, days, seed, rate, start, frauds, phases: options.phases, ...shares, end}
}

function within(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new RangeError(`${name} is ${value}; allowed is ${low} to ${high}`)
}

/** Throws a RangeError that names the option, its value and what is allowed. */
export function whole(name: string, value: number, low: number, high: number): void {
  within(name, value, low, high)
  if (!Number.isInteger(value)) throw new RangeError(`${name} is ${value}; allowed is a whole number`)
}
