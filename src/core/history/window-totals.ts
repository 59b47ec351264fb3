import type {StoredEvent} from '../event/stored-event.js'
import type {WindowCount} from './running-window.js'

/** The relative error of one addition of doubles. */
const EPSILON = 2 ** -52

/** What is kept of a window besides the number of its members. */
export interface Tracked {
  /** Fields whose values are added up. */
  readonly sums: readonly string[]
  /** Fields whose different values are counted. */
  readonly tallies: readonly string[]
  /** Which events of the series belong to the window, whatever their time. */
  isMember(event: StoredEvent): boolean
}

/** A sum of doubles that values were added to and taken from: not exact, but known to be within `error`. */
export interface RunningSum {
  value: number
  /** Greatest magnitude that went through it. */
  peak: number
  operations: number
  /** Members without a finite number. */
  missing: number
}

/** How often each value of a field occurs among the members. */
export interface Tally {
  readonly counts: Map<unknown, number>
  /** Members without a plain value. */
  missing: number
}

export function errorOf({peak, operations}: RunningSum): number {
  return peak * operations * EPSILON
}

/** The number of a window's members, sums over them, and how often which values occur. */
export class WindowTotals implements WindowCount {
  members = 0
  readonly sums: readonly RunningSum[]
  readonly tallies: readonly Tally[]

  constructor(private readonly tracked: Tracked) {
    this.sums = tracked.sums.map(() => ({value: 0, peak: 0, operations: 0, missing: 0}))
    this.tallies = tracked.tallies.map(() => ({counts: new Map(), missing: 0}))
  }

  count(event: StoredEvent, by: 1 | -1): void {
    if (!this.tracked.isMember(event)) return
    this.members += by
    const {sums, tallies} = this.tracked
    for (let i = 0; i < sums.length; i++) add(this.sums[i] as RunningSum, event.fields[sums[i] as string], by)
    for (let i = 0; i < tallies.length; i++)
      tally(this.tallies[i] as Tally, event.fields[tallies[i] as string], by)
  }
}

function add(sum: RunningSum, value: unknown, by: 1 | -1): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    sum.missing += by
    return
  }
  sum.value += by * value
  sum.operations++
  sum.peak = Math.max(sum.peak, Math.abs(value), Math.abs(sum.value))
}

function tally(of: Tally, value: unknown, by: 1 | -1): void {
  if (value === undefined || typeof value === 'object') {
    of.missing += by
    return
  }
  const {counts} = of
  const count = (counts.get(value) ?? 0) + by
  if (count === 0) counts.delete(value)
  else counts.set(value, count)
}
