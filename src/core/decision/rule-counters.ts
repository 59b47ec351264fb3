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
