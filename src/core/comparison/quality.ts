import type {RuleMode} from '../rule/rule.js'

/**
 * How good a rule, or all live rules together, was in one run. A number that has nothing to be counted over, or needs
 * labels where there are none, is null.
 */
export interface Quality {
  /** Alerts that stand. */
  readonly alerts: number
  /** Of them, those of which nobody knows whether they are right. */
  readonly unlabelled: number
  /** Share of alerts that name a fraud, of those that are labelled. */
  readonly precision: number | null
  /** Frauds that an alert names: one of their transactions is in its evidence. */
  readonly caught: number | null
  /** Share of frauds that are caught, of all that had a transaction in the run. */
  readonly recall: number | null
  /** Frauds that only this rule catches; in total: that only one rule catches. Others count if they are live. */
  readonly unique_catches: number | null
  /** Share of its catches that another live rule catches, too; in total: that several rules catch. */
  readonly overlap: number | null
  /** US dollars of fraudulent transactions that were declined or sent to review, for this rule among others. */
  readonly amount_saved_usd: number | null
  /** Transactions of that kind whose amount in US dollars is unknown, because their currency has no rate. */
  readonly saved_without_amount: number | null
  /** Alerts per day of event time, from the first transaction to the last. */
  readonly alerts_per_day: number | null
}

/** The quality of the live rules together, and of each rule, live or shadow. */
export interface RunQuality {
  readonly total: Quality
  readonly rules: {readonly [id: string]: Quality}
}

/** What is counted of a rule, or of the live rules together. */
export class QualityCounts {
  alerts = 0
  right = 0
  wrong = 0
  caught = 0
  unique = 0
  savedCents = 0
  savedWithoutAmount = 0

  constructor(readonly mode: RuleMode) {}

  /** Adds a fraudulent transaction that was not let through. */
  save(amountUsd: number | undefined): void {
    if (amountUsd === undefined) this.savedWithoutAmount++
    else this.savedCents += amountUsd * 100
  }

  /** `frauds`: all that could be caught; undefined without labels. `days`: of event time. */
  toQuality(frauds: number | undefined, days: number): Quality {
    const {alerts, right, wrong, caught, unique} = this
    const known = <T>(value: T): T | null => (frauds === undefined ? null : value)
    return {
      alerts,
      unlabelled: alerts - right - wrong,
      precision: share(right, right + wrong),
      caught: known(caught),
      recall: known(share(caught, frauds ?? 0)),
      unique_catches: known(unique),
      overlap: known(share(caught - unique, caught)),
      amount_saved_usd: known(Math.round(this.savedCents) / 100),
      saved_without_amount: known(this.savedWithoutAmount),
      alerts_per_day: share(alerts, days),
    }
  }
}

/** A part of a whole; null where there is no whole. */
export function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null
}
