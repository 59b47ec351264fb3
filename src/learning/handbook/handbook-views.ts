import type {SourceFile} from '../../core/source/source-fault.js'

/*
 * The features for the handbook's data set: its 15 (chapter 3, baseline feature transformation) and further ones for the
 * network. A fraud becomes known by its feedback event, a week later: no window sees a younger label.
 */

const BASELINE_VIEWS = `
schema: tripline/feature-view/v1
name: payment
kind: row
entity: user_id
rows:
  - {name: amount, expr: tx.amount}
  - {name: weekend, expr: 'tx.event_time.getDayOfWeek() == 0 || tx.event_time.getDayOfWeek() == 6'}
  - {name: night, expr: tx.event_time.getHours() <= 6}
---
schema: tripline/feature-view/v1
name: customer
entity: user_id
exact: true
windows: [1d, 7d, 30d]
aggregates:
  - {name: count, fn: count}
  - {name: mean, fn: avg, of: tx.amount}
---
schema: tripline/feature-view/v1
name: terminal
entity: merchant_id
exact: true
delay: 7d
windows: [1d, 3d, 7d, 14d, 28d, 30d]
aggregates:
  - {name: count, fn: count}
---
schema: tripline/feature-view/v1
name: terminal_labels
entity: merchant_id
stream: feedback
as: label
when: label.verdict == "fraud"
exact: true
horizon: 8d
windows: [1d, 3d, 7d, 14d, 28d, 30d]
aggregates:
  - {name: frauds, fn: count}
---
schema: tripline/feature-view/v1
name: terminal_risk
kind: row
entity: merchant_id
rows:
${[1, 3, 7, 14, 28, 30].map(riskRow).join('\n')}
`

const FURTHER_VIEWS = `
schema: tripline/feature-view/v1
name: recent
entity: user_id
exact: true
windows: [3d, 14d, 30d]
aggregates:
  - {name: mean, fn: avg, of: tx.amount}
  - {name: most, fn: max, of: tx.amount}
  - {name: deviation, fn: stddev, of: tx.amount}
---
schema: tripline/feature-view/v1
name: before
description: How the customer paid before the last two weeks, which a thief may have spoilt.
entity: user_id
exact: true
delay: 14d
windows: [60d]
aggregates:
  - {name: mean, fn: avg, of: tx.amount}
  - {name: most, fn: max, of: tx.amount}
---
schema: tripline/feature-view/v1
name: terminal_frauds
description: When, in seconds, frauds at the terminal became known.
entity: merchant_id
stream: feedback
as: label
when: label.verdict == "fraud"
exact: true
horizon: 8d
windows: [28d, 60d]
aggregates:
  - {name: first, fn: first, of: double(label.event_time)}
  - {name: latest, fn: last, of: double(label.event_time)}
---
schema: tripline/feature-view/v1
name: terminal_history
kind: row
entity: merchant_id
rows:
  - {name: days_since_first, expr: ${daysSince('first_28d', 60)}}
  - {name: days_since_latest, expr: ${daysSince('latest_60d', 60)}}
---
schema: tripline/feature-view/v1
name: customer_labels
entity: user_id
stream: feedback
as: label
when: label.verdict == "fraud"
exact: true
horizon: 8d
windows: [7d]
aggregates:
  - {name: frauds, fn: count}
---
schema: tripline/feature-view/v1
name: habit
kind: row
entity: user_id
rows:
  - {name: to_mean, expr: ${ratio('tx.amount', 'features.customer.mean_30d')}}
  - {name: to_mean_before, expr: ${ratio('tx.amount', 'features.before.mean_60d')}}
  - {name: mean_3d_to_before, expr: ${ratio('features.recent.mean_3d', 'features.before.mean_60d')}}
  - {name: mean_7d_to_before, expr: ${ratio('features.customer.mean_7d', 'features.before.mean_60d')}}
  - {name: mean_14d_to_before, expr: ${ratio('features.recent.mean_14d', 'features.before.mean_60d')}}
  - {name: most_14d_to_before, expr: ${ratio('features.recent.most_14d', 'features.before.most_60d')}}
  - {name: deviation_to_mean, expr: ${ratio('features.recent.deviation_30d', 'features.customer.mean_30d')}}
  - {name: deviations_from_mean, expr: 'features.recent.deviation_30d > 0.0 ? (tx.amount - features.customer.mean_30d) / features.recent.deviation_30d : 0.0'}
`

/** As files of one view each. */
export const HANDBOOK_VIEWS: readonly SourceFile[] = [BASELINE_VIEWS, FURTHER_VIEWS]
  .flatMap((views) => views.split('\n---\n'))
  .map((text) => ({path: `handbook/${/^name: (.*)$/m.exec(text)?.[1]}.yaml`, text: text.trimStart()}))

/** The handbook's own features. */
export const BASELINE_FEATURES: readonly string[] = [
  'payment.amount',
  'payment.weekend',
  'payment.night',
  ...[1, 7, 30].flatMap((days) => [`customer.count_${days}d`, `customer.mean_${days}d`]),
  ...[1, 7, 30].flatMap((days) => [`terminal.count_${days}d`, `terminal_risk.rate_${days}d`]),
]

/** What the network sees besides. */
export const FURTHER_FEATURES: readonly string[] = [
  'habit.to_mean',
  'habit.to_mean_before',
  'habit.mean_3d_to_before',
  'habit.mean_7d_to_before',
  'habit.mean_14d_to_before',
  'habit.most_14d_to_before',
  'habit.deviation_to_mean',
  'habit.deviations_from_mean',
  ...[3, 14, 28].flatMap((days) => [`terminal_risk.rate_${days}d`, `terminal_labels.frauds_${days}d`]),
  'terminal_history.days_since_first',
  'terminal_history.days_since_latest',
  'customer_labels.frauds_7d',
]

function riskRow(days: number): string {
  const frauds = `features.terminal_labels.frauds_${days}d`
  const count = `features.terminal.count_${days}d`
  return `  - {name: rate_${days}d, expr: '${count} > 0.0 ? ${frauds} / ${count} : 0.0'}`
}

/** 1 where there is nothing to compare with. */
function ratio(value: string, base: string): string {
  return `'has(${base}) && ${base} > 0.0 ? ${value} / ${base} : 1.0'`
}

/** Since a fraud, which became known a week later; so many where none is known. */
function daysSince(known: string, none: number): string {
  const seconds = `features.terminal_frauds.${known}`
  return `'has(${seconds}) ? (double(tx.event_time) - ${seconds}) / 86400.0 + 7.0 : ${none}.0'`
}
