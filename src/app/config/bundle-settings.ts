import type {BundleSettings} from '../../core/bundle/bundle.js'
import type {Config} from './config.js'

/** What of the configuration shapes results, and so belongs to the bundle. */
export function toBundleSettings({eventTime, rules}: Config): BundleSettings {
  const {locationMaxAge, ...time} = eventTime
  return {time, locationMaxAge, historyCap: rules.historyCap, stepBudget: rules.stepBudget}
}
