import type {KeyField, Stream} from '../event/stream.js'
import type {Rule} from '../rule/rule.js'

/** The rules of one keyed stage, by what concerns them. */
export interface RuleSet {
  /** By stream: the rules that name it. */
  readonly byStream: ReadonlyMap<string, readonly Rule[]>
  readonly locationRules: readonly Rule[]
  readonly merchantRules: readonly Rule[]
}

export const NO_RULES: RuleSet = {byStream: new Map(), locationRules: [], merchantRules: []}

/** The field by whose values the histories are kept that a rule looks at: cards belong to users. */
export function stageKeyOf({key}: Rule): KeyField {
  return key === 'card_id' ? 'user_id' : key
}

/** The rules of each keyed stage that has any. */
export function ruleSetsOf(
  rules: readonly Rule[],
  streams: ReadonlyMap<string, Stream>,
): ReadonlyMap<KeyField, RuleSet> {
  const keys = new Set(rules.map(stageKeyOf))
  return new Map(
    [...keys].map((key) => [
      key,
      ruleSetOf(
        rules.filter((rule) => stageKeyOf(rule) === key),
        streams,
      ),
    ]),
  )
}

function ruleSetOf(rules: readonly Rule[], streams: ReadonlyMap<string, Stream>): RuleSet {
  const byStream = new Map<string, readonly Rule[]>()
  for (const stream of streams.keys()) {
    const naming = rules.filter(({form}) => form.streams.includes(stream))
    if (naming.length > 0) byStream.set(stream, naming)
  }
  const uses = (join: 'location' | 'merchant') =>
    rules.filter(({form}) => form.conditions.some(({condition}) => condition.uses[join]))
  return {byStream, locationRules: uses('location'), merchantRules: uses('merchant')}
}
