import type {Stream} from '../../event/stream.js'
import {byPlace, type SourceFault} from '../../source/source-fault.js'
import type {RuleSource} from '../bundle.js'
import type {CompiledBundle} from '../compile-bundle.js'
import {impossibleValues} from './impossible-values.js'
import {largeGroups} from './large-groups.js'
import {listAdvice} from './list-advice.js'
import {longSpans} from './long-spans.js'
import {needlessPresence} from './needless-presence.js'
import {type WrittenCondition, writtenConditions} from './written-conditions.js'

/** What rules are held against. */
export interface Surroundings {
  readonly streams: ReadonlyMap<string, Stream>
  /** Of one stream, an evaluation looks at no more events before its anchor. */
  readonly historyCap: number
  /** How long the event log keeps events, in ms. */
  readonly logRetention: number
}

/** What is allowed and yet hardly meant: warnings about the rules, lists and policy that were read, by file and place. */
export function adviceOn(compiled: CompiledBundle, surroundings: Surroundings): readonly SourceFault[] {
  const {bundle, sources, lists, policies} = compiled
  const conditions = new Map(sources.map((source) => [source, writtenConditions(source.match)]))
  const named = [...conditions.values()].flat()
  return [
    ...sources.flatMap((source) => ruleAdvice(source, conditions.get(source) ?? [], surroundings)),
    // A rule that cannot be read may use any list.
    ...lists.flatMap((list) => listAdvice(list, bundle === undefined ? undefined : named)),
    ...policies.flatMap(policyAdvice),
  ].sort(byPlace)
}

function ruleAdvice(
  source: RuleSource,
  conditions: readonly WrittenCondition[],
  {streams, historyCap, logRetention}: Surroundings,
): readonly SourceFault[] {
  const {tests, action, faultAt} = source
  const oddities = conditions.flatMap((condition) => {
    const odd = [...needlessPresence(condition, streams), ...impossibleValues(condition, streams, historyCap)]
    return odd.map(({node, message, remedy}) =>
      faultAt(condition.path, message, remedy, 'warning', node.start),
    )
  })
  // An allow rule opens no alert that a test could expect.
  const isUntested = tests.length === 0 && action !== 'approve'
  const remedy = 'add one that fires and one that just misses, under tests:'
  const untested = isUntested ? [faultAt(['id'], 'the rule has no tests', remedy, 'warning')] : []
  return [...oddities, ...largeGroups(source, historyCap), ...longSpans(source, logRetention), ...untested]
}

function policyAdvice({value, faultAt}: CompiledBundle['policies'][number]): readonly SourceFault[] {
  if (value === undefined || value.model.review <= value.model.decline) return []
  const message = `the model has nothing reviewed: from ${value.model.decline} on it declines`
  return [faultAt(['model', 'review'], message, 'write a threshold below that of decline', 'warning')]
}
