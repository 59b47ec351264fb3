import type {Quality, RunQuality} from './quality.js'

/** How good a rule was, and what it is worth. */
export interface Economics extends Quality {
  /** US dollars of fraud that were held up for each alert that somebody had to look at; null without alerts or labels. */
  readonly saved_per_alert_usd: number | null
}

/** Of the live rules together, and of each rule, live or shadow; `model` is the model's alerts. */
export interface RunEconomics {
  readonly total: Economics
  readonly rules: {readonly [id: string]: Economics}
}

export function toEconomics({total, rules}: RunQuality): RunEconomics {
  const ofRules = Object.entries(rules).map(([id, quality]) => [id, withWorth(quality)])
  return {total: withWorth(total), rules: Object.fromEntries(ofRules)}
}

function withWorth(quality: Quality): Economics {
  const {amount_saved_usd: saved, alerts} = quality
  const worth = saved === null || alerts === 0 ? null : Math.round((saved / alerts) * 100) / 100
  return {...quality, saved_per_alert_usd: worth}
}
