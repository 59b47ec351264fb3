import type {Quality} from '../../core/comparison/quality.js'
import {grouped} from '../cli/console.js'
import type {Both, LabelSummary, RuleDiff} from '../replay/rule-diff.js'
import {textTable} from './text-table.js'

/** Between what holds under A and what holds under B. */
const CHANGE = ' → '
const HEADER = ['', 'precision', 'recall', 'unique', 'overlap', 'saved', 'unlabelled', 'alerts/day']

/**
 * How good all live rules are, and each rule of which a number changes from A to B: all that alert if none does.
 * Nothing without labels.
 */
export function qualityTable({labels, quality, rules}: RuleDiff): readonly string[] {
  if (labels === null) return ['nothing says what is fraud: give feedback events in the input, or --labels']
  const rows = Object.entries(rules)
    .filter(
      ([
        ,
        {
          quality: {a, b},
        },
      ]) => (a?.alerts ?? 0) + (b?.alerts ?? 0) > 0,
    )
    .map(([id, {quality: ofRule}]) => [id, ...cells(ofRule)])
  const changed = rows.filter((row) => row.some((cell) => cell.includes(CHANGE)))
  const shown = changed.length > 0 ? changed : rows
  const hidden = rows.length - shown.length
  return [
    labelWords(labels),
    ...textTable([HEADER, ['all live rules', ...cells(quality)], ...shown]),
    ...(hidden > 0 ? [`${grouped(hidden)} more with the same numbers; diff.json and --json have them`] : []),
  ]
}

/** Live alerts, from A to B. */
export function alertsPerDay({a, b}: Both<Quality>): string {
  return both({a, b}, ({alerts_per_day}) => oneDecimal(alerts_per_day))
}

/** `$1,234.50` */
export function dollars(amount: number): string {
  return amount.toLocaleString('en-US', {style: 'currency', currency: 'USD'})
}

function cells(quality: Both<Quality | null>): readonly string[] {
  return [
    both(quality, ({precision}) => percent(precision)),
    both(quality, ({recall}) => percent(recall)),
    both(quality, ({unique_catches}) => (unique_catches === null ? '–' : grouped(unique_catches))),
    both(quality, ({overlap}) => percent(overlap)),
    both(quality, ({amount_saved_usd}) => (amount_saved_usd === null ? '–' : dollars(amount_saved_usd))),
    both(quality, ({unlabelled}) => grouped(unlabelled)),
    both(quality, ({alerts_per_day}) => oneDecimal(alerts_per_day)),
  ]
}

/** What holds under A and under B, once if it is the same. */
function both({a, b}: Both<Quality | null>, words: (quality: Quality) => string): string {
  const before = a === null ? '–' : words(a)
  const after = b === null ? '–' : words(b)
  return before === after ? after : before + CHANGE + after
}

export function labelWords({
  source,
  frauds,
  frauds_elsewhere,
  verdicts_on_other_alerts,
}: LabelSummary): string {
  const from = source === 'truth' ? 'the truth file' : 'feedback'
  const elsewhere = frauds_elsewhere > 0 ? `, ${grouped(frauds_elsewhere)} more outside the input` : ''
  const others =
    verdicts_on_other_alerts > 0
      ? `, ${grouped(verdicts_on_other_alerts)} verdicts on alerts that neither run raised`
      : ''
  return `labels from ${from}; frauds: ${grouped(frauds)}${elsewhere}${others}`
}

export function percent(part: number | null): string {
  return part === null ? '–' : `${(part * 100).toFixed(1)}%`
}

export function oneDecimal(value: number | null): string {
  return value === null ? '–' : value.toLocaleString('en-US', {maximumFractionDigits: 1})
}
