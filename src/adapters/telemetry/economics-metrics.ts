import type {Registry} from 'prom-client'
import type {Economics, RunEconomics} from '../../core/comparison/economics.js'
import {readGauge} from './instruments.js'

/** Undefined while nothing is known. */
export type EconomicsReader = () => Promise<RunEconomics | undefined>

/** What each rule is worth, by the verdicts on what it found. `model` is the model's alerts. A rule without a figure has no sample. */
export function addEconomicsMetrics(registry: Registry, read: EconomicsReader): void {
  const gauge = (name: string, help: string, of: (rule: Economics) => number | null): void =>
    readGauge(registry, name, `${help}; over the last 30 days of event time.`, ['rule'], async () => {
      const {rules = {}} = (await read()) ?? {}
      return Object.entries(rules).flatMap(([rule, economics]) => {
        const value = of(economics)
        return value === null ? [] : [{labels: {rule}, value}]
      })
    })
  gauge(
    'rule_precision',
    'Share of alerts that name a fraud, of those with a verdict',
    (rule) => rule.precision,
  )
  gauge('rule_caught_frauds', 'Frauds that an alert of the rule names', (rule) => rule.caught)
  gauge('rule_unique_catches', 'Frauds that no other live rule caught', (rule) => rule.unique_catches)
  gauge('rule_overlap', 'Share of its catches that another live rule caught, too', (rule) => rule.overlap)
  gauge(
    'rule_saved_usd',
    'Fraud in US dollars that was held up, by this rule among others',
    (rule) => rule.amount_saved_usd,
  )
  gauge('rule_saved_per_alert_usd', 'The same for each of its alerts', (rule) => rule.saved_per_alert_usd)
}
