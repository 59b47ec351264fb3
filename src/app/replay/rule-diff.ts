import type {DiffCounts} from '../../core/comparison/diff-tally.js'
import type {Label} from '../../core/comparison/labels.js'
import type {Quality} from '../../core/comparison/quality.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'
import type {RuleMode} from '../../core/rule/rule.js'

/** What of two rule folders is compared: the same of each. */
export interface Both<T> {
  readonly a: T
  readonly b: T
}

/** How the alerts and decisions under rules B differ from those under rules A: `diff.json`. */
export interface RuleDiff {
  readonly a: ComparedRules
  readonly b: ComparedRules
  readonly alerts: DiffCounts['alerts']
  readonly decisions: DiffCounts['decisions'] & {readonly total: number}
  /** Of all live rules together. */
  readonly quality: Both<Quality>
  readonly rules: {readonly [id: string]: RuleDifference}
  /** Null if nothing is known of what is fraud. */
  readonly labels: LabelSummary | null
  /** The first changes of each kind; `diff.ndjson` holds all of them. */
  readonly first: {
    readonly appear: readonly AlertDifference[]
    readonly disappear: readonly AlertDifference[]
    readonly decision: readonly DecisionDifference[]
  }
}

export interface ComparedRules {
  readonly folder: string
  readonly bundle: string
}

/** How one rule differs. Null where a folder does not have it, or where it does not run. */
export interface RuleDifference extends DiffCounts {
  readonly version: Both<number | null>
  readonly mode: Both<RuleMode | null>
  readonly quality: Both<Quality | null>
}

export interface LabelSummary {
  readonly source: 'feedback' | 'truth'
  /** Frauds that had a transaction in the run: those that could be caught. */
  readonly frauds: number
  /** Frauds of which no transaction was accepted. */
  readonly frauds_elsewhere: number
  /** Verdicts on alerts that neither run raised. */
  readonly verdicts_on_other_alerts: number
}

/** A line of `diff.ndjson`. */
export type RuleDiffLine = AlertDifference | DecisionDifference

export interface AlertDifference {
  readonly change: 'appear' | 'disappear'
  readonly label: Label
  readonly alert: AlertRecord
}

export interface DecisionDifference {
  readonly change: 'decision'
  readonly label: Label
  readonly transaction_id: string
  readonly user_id: string
  readonly event_time: string
  readonly amount_usd: number | null
  readonly from: Judgement | null
  readonly to: Judgement | null
}

/** A decision and what led to it. */
export type Judgement = Pick<DecisionRecord, 'decision' | 'rules' | 'reasons'>
