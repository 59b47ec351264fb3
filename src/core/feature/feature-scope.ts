import {type KeyField, TRANSACTIONS} from '../event/stream.js'
import type {Scope} from '../expression/scope.js'
import type {FeatureSet} from './feature-set.js'

/**
 * The features that a rule with a key may use where an event of a stream is tested: those of its own key, so that it stays a function of
 * the key's events.
 */
export function featureScope(
  {byName}: FeatureSet,
  key: KeyField,
  tested: string,
): Required<Pick<Scope, 'features' | 'otherFeatures'>> {
  const features = new Map<string, 'double' | 'bool'>()
  const otherFeatures = new Map<string, {message: string; remedy: string}>()
  for (const [name, {plan, feature}] of byName) {
    const {entity} = plan
    if (tested !== TRANSACTIONS) {
      const message = `features belong to transactions, not to ${tested}`
      otherFeatures.set(name, {message, remedy: `move the condition to an event of ${TRANSACTIONS}`})
    } else if (entity === key) {
      features.set(name, feature.kind === 'row' && feature.value.type === 'bool' ? 'bool' : 'double')
    } else {
      const message = `features.${name} is of the ${entity}, the rule's key is ${key}`
      const remedy = `write key: ${entity}, or give a view with entity: ${key} the feature`
      otherFeatures.set(name, {message, remedy})
    }
  }
  return {features, otherFeatures}
}
