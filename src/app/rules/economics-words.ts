import type {Economics} from '../../core/comparison/economics.js'
import {grouped} from '../cli/console.js'
import {dollars, labelWords, oneDecimal, percent} from './quality-words.js'
import type {EconomicsReport, RuleEconomics} from './rule-economics.js'
import {textTable} from './text-table.js'

const HEADER = [
  ...['', 'alerts', 'precision', 'caught', 'unique', 'overlap'],
  ...['saved', 'saved per alert', 'unlabelled', 'alerts/day'],
]

/** What the rules are worth: those that save most first, those that never alerted only counted. */
export function economicsWords({labels, total, rules}: EconomicsReport): readonly string[] {
  const spoke = Object.entries(rules).filter(([, {alerts}]) => alerts > 0)
  const silent = Object.keys(rules).length - spoke.length
  const worth = ({amount_saved_usd, alerts}: Economics) => amount_saved_usd ?? alerts
  spoke.sort(([, a], [, b]) => worth(b) - worth(a))
  const rows = spoke.map(([id, rule]) => [nameOf(id, rule), ...cells(rule)])
  return [
    labels === null
      ? 'nothing says what is fraud: give feedback events in the input, or --labels'
      : labelWords(labels),
    ...textTable([HEADER, ['all live rules', ...cells(total)], ...rows]),
    ...(silent > 0 ? [`${grouped(silent)} ${silent === 1 ? 'rule' : 'rules'} never alerted`] : []),
  ]
}

function nameOf(id: string, {version, mode}: RuleEconomics): string {
  const name = version === null ? id : `${id} v${version}`
  return mode === 'shadow' ? `${name} (shadow)` : name
}

function cells(rule: Economics): readonly string[] {
  const count = (value: number | null) => (value === null ? '–' : grouped(value))
  const money = (value: number | null) => (value === null ? '–' : dollars(value))
  return [
    grouped(rule.alerts),
    percent(rule.precision),
    count(rule.caught),
    count(rule.unique_catches),
    percent(rule.overlap),
    money(rule.amount_saved_usd),
    money(rule.saved_per_alert_usd),
    grouped(rule.unlabelled),
    oneDecimal(rule.alerts_per_day),
  ]
}
