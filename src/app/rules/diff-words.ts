import type {DecisionShift} from '../../core/comparison/diff-tally.js'
import type {Label} from '../../core/comparison/labels.js'
import {grouped} from '../cli/console.js'
import type {AlertDifference, DecisionDifference, RuleDiff, RuleDifference} from '../replay/rule-diff.js'
import {alertsPerDay, dollars, qualityTable} from './quality-words.js'
import {textTable} from './text-table.js'

/** What changes from one rules folder to another, in words. */
export function diffWords(diff: RuleDiff): readonly string[] {
  const {a, b, alerts, decisions, first, quality} = diff
  return [
    `rules ${a.folder} → ${b.folder}`,
    `alerts: ${grouped(alerts.appear)} appear, ${grouped(alerts.disappear)} disappear, ${grouped(alerts.stay)} stay`,
    `live alerts per day of event time: ${alertsPerDay(quality)}`,
    `decisions: ${grouped(decisions.changed)} of ${grouped(decisions.total)} change`,
    ...decisions.shifts.map((shift) => `  ${shiftWords(shift)}`),
    ...ruleTable(diff),
    ...qualityTable(diff),
    ...section('first alerts that appear', first.appear.map(alertWords)),
    ...section('first alerts that disappear', first.disappear.map(alertWords)),
    ...section('first decisions that change', first.decision.map(decisionWords)),
  ]
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]
}

function shiftWords({from, to, count, amount_usd, without_amount}: DecisionShift): string {
  const unknown = without_amount > 0 ? ` and ${grouped(without_amount)} of unknown amount` : ''
  return `${from ?? 'none'} → ${to ?? 'none'}: ${grouped(count)}, ${dollars(amount_usd)}${unknown}`
}

/** The rules of which something changed, and how many did not. */
function ruleTable({rules}: RuleDiff): readonly string[] {
  const changed = Object.entries(rules).filter(([, rule]) => isChanged(rule))
  const unchanged = Object.keys(rules).length - changed.length
  const rest = `${grouped(unchanged)} ${unchanged === 1 ? 'rule' : 'rules'} without a difference`
  if (changed.length === 0) return [rest]
  const rows = changed.map(([id, rule]) => [
    `${id} ${versionWords(rule)}`,
    ...[rule.alerts.appear, rule.alerts.disappear, rule.alerts.stay, rule.decisions.changed].map(grouped),
  ])
  return [...textTable([['rule', 'appear', 'disappear', 'stay', 'decisions'], ...rows]), rest]
}

function isChanged({alerts, decisions}: RuleDifference): boolean {
  return alerts.appear + alerts.disappear + decisions.changed > 0
}

function versionWords({version: {a, b}}: RuleDifference): string {
  if (a === b) return `v${a}`
  return `${a === null ? 'none' : `v${a}`} → ${b === null ? 'none' : `v${b}`}`
}

function alertWords({alert, label}: AlertDifference): string {
  const {rule, key, anchor, event_time, reason} = alert
  return `${event_time} ${rule.id} ${key.value} ${anchor.id}${labelWords(label)}: ${reason}`
}

function decisionWords(change: DecisionDifference): string {
  const {transaction_id, user_id, event_time, amount_usd, label, from, to} = change
  const amount = amount_usd === null ? 'unknown amount' : dollars(amount_usd)
  const judgement = `${from?.decision ?? 'none'} → ${to?.decision ?? 'none'}`
  const reasons = (to?.reasons.length ? to : from)?.reasons.map(({text}) => text).join('; ') ?? ''
  return `${event_time} ${user_id} ${transaction_id}, ${amount}${labelWords(label)}: ${judgement}: ${reasons}`
}

function labelWords(label: Label): string {
  return label === 'unknown' ? '' : ` (${label})`
}
