import type {BundleSettings} from '../../core/bundle/bundle.js'
import type {Config} from './config.js'

/** What of the configuration shapes results, and so belongs to the bundle. */
export function toBundleSettings({eventTime, rules, eventLimit, panExempt}: Config): BundleSettings {
  const {locationMaxAge, ...time} = eventTime
  const intake = {eventLimit, panExempt: [...panExempt.keys()].sort()}
  return {time, locationMaxAge, historyCap: rules.historyCap, stepBudget: rules.stepBudget, intake}
}
