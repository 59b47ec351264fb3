import type {Condition} from '../expression/condition.js'
import type {ComparisonOperator} from '../expression/syntax.js'
import {errorOf, type RunningSum, type Tally, type WindowTotals} from '../history/window-totals.js'

/** What `having` demands of a running window: it is false where one of these cannot hold. */
export interface WindowBounds {
  readonly sums: readonly string[]
  readonly tallies: readonly string[]
  /** With fewer members `having` is false. */
  readonly leastMembers: number
  /** False only if `having` is false for sure, whatever the members' other fields hold. */
  mayHold(window: WindowTotals): boolean
}

type Bound = (window: WindowTotals) => boolean

/**
 * Those parts of a `having` that compare a count, a sum, an average or a number of different values with a constant.
 * Undefined if there are none: then nothing can be told without a look at all members.
 */
export function windowBounds(having: Condition): WindowBounds | undefined {
  const sums: string[] = []
  const tallies: string[] = []
  const placeIn = (fields: string[], field: string): number => {
    if (!fields.includes(field)) fields.push(field)
    return fields.indexOf(field)
  }
  const bounds: Bound[] = []
  let leastMembers = 0
  for (const {subject} of having.clauses) {
    if (subject?.kind !== 'aggregate' || subject.operator === 'in') continue
    const {name, field, operator} = subject
    const limit = Number(subject.boundText)
    if (subject.boundText.trim() === '' || !Number.isFinite(limit)) continue
    if (name === 'count') {
      bounds.push(({members}) => mayCompare(members, 0, operator, limit))
      leastMembers = Math.max(leastMembers, leastCount(operator, limit))
    }
    if (field === undefined) continue
    if (name === 'distinct') {
      const place = placeIn(tallies, field)
      bounds.push((window) => mayDiffer(window.tallies[place] as Tally, operator, limit))
    }
    if (name === 'sum' || name === 'avg') {
      const place = placeIn(sums, field)
      const isAverage = name === 'avg'
      bounds.push(({sums: running, members}) =>
        mayAddUp(running[place] as RunningSum, isAverage ? members : 1, operator, limit),
      )
    }
  }
  if (bounds.length === 0) return undefined
  return {sums, tallies, leastMembers, mayHold: (window) => bounds.every((bound) => bound(window))}
}

function leastCount(operator: ComparisonOperator, limit: number): number {
  if (operator === '>') return Math.floor(limit) + 1
  return operator === '>=' || operator === '==' ? Math.ceil(limit) : 0
}

function mayDiffer({counts, missing}: Tally, operator: ComparisonOperator, limit: number): boolean {
  return missing > 0 || mayCompare(counts.size, 0, operator, limit)
}

function mayAddUp(sum: RunningSum, parts: number, operator: ComparisonOperator, limit: number): boolean {
  return sum.missing > 0 || mayCompare(sum.value, errorOf(sum), operator, limit * parts)
}

/** Whether some number within `error` of `value` compares so with the limit. */
function mayCompare(value: number, error: number, operator: ComparisonOperator, limit: number): boolean {
  const margin = error + Math.abs(limit) * Number.EPSILON * (error === 0 ? 0 : 4)
  switch (operator) {
    case '>':
      return value + margin > limit
    case '>=':
      return value + margin >= limit
    case '<':
      return value - margin < limit
    case '<=':
      return value - margin <= limit
    case '==':
      return Math.abs(value - limit) <= margin
    case '!=':
      return error > 0 || value !== limit
  }
}
