import {roughly} from '../rule/explanation/wording/figures.js'

/** A named reason for a score. */
export interface ScoreReason {
  /** The feature view, in capitals: CARD_VELOCITY. */
  readonly code: string
  /** The feature of that view that speaks loudest, its value, and what is usual. */
  readonly text: string
  /** Its share, 0 to 1, of all that raised the score. */
  readonly weight: number
}

export interface ExplainedRow {
  /** `view.feature`, in the order of the row. */
  readonly names: readonly string[]
  /** As it was scored; NaN where a value is missing. */
  readonly row: ArrayLike<number>
  /** The mean legitimate row. */
  readonly baseline: ArrayLike<number>
  /** By how much each value moved the logit. */
  readonly attributions: ArrayLike<number>
}

const MOST_REASONS = 4
const LEAST_SHARE = 0.05

/**
 * What raised a score, the features of a view together, the weightiest first; empty if nothing raised it. What lowered it is left
 * out: a reason says why something is suspicious.
 */
export function reasonsFor({names, row, baseline, attributions}: ExplainedRow): ScoreReason[] {
  const views = new Map<string, {sum: number; loudest: number}>()
  for (const [at, name] of names.entries()) {
    const view = name.slice(0, name.indexOf('.'))
    const raised = attributions[at] as number
    const group = views.get(view) ?? {sum: 0, loudest: at}
    group.sum += raised
    if (raised > (attributions[group.loudest] as number)) group.loudest = at
    views.set(view, group)
  }
  const raising = [...views].filter(([, {sum}]) => sum > 0)
  const all = raising.reduce((total, [, {sum}]) => total + sum, 0)
  return raising
    .map(([view, {sum, loudest}]) => ({
      code: view.toUpperCase(),
      text: `${words(names[loudest] as string)} is ${value(row[loudest])}, usually ${value(baseline[loudest])}`,
      weight: Math.round((sum / all) * 100) / 100,
    }))
    .filter(({weight}) => weight >= LEAST_SHARE)
    .sort((a, b) => b.weight - a.weight || (a.code < b.code ? -1 : 1))
    .slice(0, MOST_REASONS)
}

/** `card_velocity.count_10m`: card velocity: count 10m */
function words(name: string): string {
  return name.replace('.', ': ').replaceAll('_', ' ')
}

function value(number: number | undefined): string {
  return number === undefined || Number.isNaN(number) ? 'unknown' : roughly(number)
}
