import type {KeyField, Stream} from '../event/stream.js'
import type {FeatureSet} from '../feature/feature-set.js'
import {ConcernedRules} from '../rule/concerned-rules.js'
import type {Rule} from '../rule/rule.js'

/** The rules of one keyed stage, by what concerns them. */
export interface RuleSet {
  /** By stream: the rules that name it. */
  readonly byStream: ReadonlyMap<string, ConcernedRules>
  readonly locationRules: readonly Rule[]
  readonly merchantRules: readonly Rule[]
  readonly featureRules: readonly Rule[]
  /** Those about which events after an anchor matter. */
  readonly lookingAhead: readonly Rule[]
}

export const NO_RULES: RuleSet = {
  byStream: new Map(),
  locationRules: [],
  merchantRules: [],
  featureRules: [],
  lookingAhead: [],
}

/** The field by whose values the histories are kept that a rule looks at: cards belong to users. */
export function stageKeyOf({key}: Rule): KeyField {
  return key === 'card_id' ? 'user_id' : key
}

/** The rules of each keyed stage that has any. */
export function ruleSetsOf(
  rules: readonly Rule[],
  streams: ReadonlyMap<string, Stream>,
  features: FeatureSet,
): ReadonlyMap<KeyField, RuleSet> {
  const keys = new Set(rules.map(stageKeyOf))
  return new Map(
    [...keys].map((key) => [
      key,
      ruleSetOf(
        rules.filter((rule) => stageKeyOf(rule) === key),
        streams,
        features,
      ),
    ]),
  )
}

function ruleSetOf(
  rules: readonly Rule[],
  streams: ReadonlyMap<string, Stream>,
  {byName}: FeatureSet,
): RuleSet {
  const byStream = new Map<string, ConcernedRules>()
  for (const [name, {rank}] of streams) {
    const naming = rules.filter(({form}) => form.streams.includes(name))
    if (naming.length > 0) byStream.set(name, new ConcernedRules(naming, rank))
  }
  const conditionsOf = ({form: {conditions, guards = []}}: Rule) => [
    ...conditions.map(({condition}) => condition),
    ...guards,
  ]
  const featuresOf = (rule: Rule) => conditionsOf(rule).flatMap(({uses}) => uses.features)
  const joinsFor = (name: string, join: 'location' | 'merchant') => {
    const feature = byName.get(name)?.feature
    return feature?.kind === 'row' && feature.value.uses[join]
  }
  const uses = (join: 'location' | 'merchant') =>
    rules.filter(
      (rule) =>
        conditionsOf(rule).some((condition) => condition.uses[join]) ||
        featuresOf(rule).some((name) => joinsFor(name, join)),
    )
  return {
    byStream,
    locationRules: uses('location'),
    merchantRules: uses('merchant'),
    featureRules: rules.filter((rule) => featuresOf(rule).length > 0),
    lookingAhead: rules.filter(({form}) => form.lookahead > 0),
  }
}
