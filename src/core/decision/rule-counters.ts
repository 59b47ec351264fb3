import type {Rule} from '../rule/rule.js'

/** What a rule did, for operators and summaries. */
export interface RuleCounts {
  /** Alerts that stand. */
  alerts: number
  /** Firing anchors that a cooldown suppresses. */
  suppressed: number
  /** Conditions that met a missing field, a missing join, null or NaN. */
  missing_input: number
  /** Evaluations that reached a limit on work. */
  truncated: number
}

export function countersFor(rules: readonly Rule[]): readonly RuleCounts[] {
  return rules.map(() => ({alerts: 0, suppressed: 0, missing_input: 0, truncated: 0}))
}

/** Counters for the rules of `next`, going on from those of the same id and version among `rules`. */
export function countersAfter(
  rules: readonly Rule[],
  counters: readonly RuleCounts[],
  next: readonly Rule[],
): readonly RuleCounts[] {
  return countersFor(next).map((fresh, i) => {
    const {id, version} = next[i] as Rule
    const known = rules.find((rule) => rule.id === id && rule.version === version)
    return (known === undefined ? undefined : counters[known.index]) ?? fresh
  })
}

/** Numbers of a rule in `packCounts`. */
const PACKED = 4

/** The counters of some rules, added up over parts, as one row of numbers: stored with each commit. */
export function packCounts(parts: readonly (readonly RuleCounts[])[]): readonly number[] {
  const packed: number[] = new Array(PACKED * Math.max(0, ...parts.map(({length}) => length))).fill(0)
  for (const counters of parts) {
    for (const [i, {alerts, suppressed, missing_input, truncated}] of counters.entries()) {
      const place = i * PACKED
      ;(packed[place] as number) += alerts
      ;(packed[place + 1] as number) += suppressed
      ;(packed[place + 2] as number) += missing_input
      ;(packed[place + 3] as number) += truncated
    }
  }
  return packed
}

export function unpackCounts(packed: readonly number[], rules: readonly Rule[]): readonly RuleCounts[] {
  return rules.map((_, i) => {
    const [alerts = 0, suppressed = 0, missing_input = 0, truncated = 0] = packed.slice(i * PACKED)
    return {alerts, suppressed, missing_input, truncated}
  })
}
