import type {Policy} from '../decision/policy.js'
import type {Project} from '../event/projection.js'
import type {Rates} from '../event/rates.js'
import type {KeyField, Stream} from '../event/stream.js'
import type {FeatureSet} from '../feature/feature-set.js'
import type {Limits} from '../rule/form.js'
import type {PredicateTable} from '../rule/predicate-table.js'
import type {Rule} from '../rule/rule.js'
import type {VaryCondition} from '../rule/rule-compilation.js'
import type {RuleFile} from '../rule/rule-file.js'
import type {FaultAt} from '../source/source-fault.js'
import type {TimeSettings} from '../watermark/watermark.js'
import {type FieldNames, keptFields, projectionsTo} from './kept-fields.js'
import {type RuleSet, ruleSetsOf} from './rule-set.js'

/** Settings that shape results besides the files. */
export interface BundleSettings extends Limits {
  readonly time: TimeSettings
  /** Older location fixes (ms) are not joined. */
  readonly locationMaxAge: number
  readonly intake: IntakeSettings
}

/** Which events are taken at all. */
export interface IntakeSettings {
  /** Longest event in bytes. */
  readonly eventLimit: number
  /** Names of fields whose numbers may look like card numbers. In the order of their code units. */
  readonly panExempt: readonly string[]
}

/** A rule file that was read, whether the rule runs or not. */
export interface RuleSource extends Readonly<RuleFile> {
  readonly path: string
  /** Equal as long as nothing changed that shapes results: see `meaningOf`. */
  readonly meaning: string
  readonly faultAt: FaultAt
  /** The rule with another match, each condition as `vary` returns it; undefined if that is no rule. */
  readonly variant: (match: RuleFile['match'], vary: VaryCondition) => Rule | undefined
}

/** Everything that shapes a result besides the events, ready to run. Carried by its id in every decision and alert. */
export interface Bundle {
  /** Content hash: equal for equal rules, lists, policy, rates and settings. */
  readonly id: string
  readonly settings: BundleSettings
  readonly streams: ReadonlyMap<string, Stream>
  /** The rules that run: live and shadow. */
  readonly rules: readonly Rule[]
  readonly sources: readonly RuleSource[]
  readonly policy: Policy
  readonly rates: Rates
  readonly features: FeatureSet
  /** By stream: what an accepted event is reduced to. */
  readonly projections: ReadonlyMap<string, Project>
  /** By stream: the fields that the projections keep. */
  readonly fields: FieldNames
  /** By rule id: the fields that the rule uses. */
  readonly ruleFields: ReadonlyMap<string, FieldNames>
  readonly predicates: ReadonlyMap<string, PredicateTable>
  /** By the field of the keyed stage that runs them. */
  readonly ruleSets: ReadonlyMap<KeyField, RuleSet>
  /** Up to so long after an anchor (ms), an event can change what rules say of it. */
  readonly lookahead: number
  /** So long (ms) a transaction's merchant can matter to anchors that are not settled, counted back from what is late. */
  readonly merchantReach: number
  /** So far behind the watermark (ms) a history must reach. */
  readonly retention: number
}

/** Assembles compiled rules and what they are compiled against. */
export function assembleBundle(parts: {
  readonly id: string
  readonly settings: BundleSettings
  readonly streams: ReadonlyMap<string, Stream>
  readonly rules: readonly Rule[]
  readonly sources: readonly RuleSource[]
  readonly policy: Policy
  readonly rates: Rates
  readonly features: FeatureSet
  readonly predicates: ReadonlyMap<string, PredicateTable>
  readonly fieldsInUse: FieldNames
  readonly ruleFields: ReadonlyMap<string, FieldNames>
}): Bundle {
  const {settings, streams, rules, features} = parts
  const fields = keptFields(streams, parts.fieldsInUse, features.fieldsInUse)
  const ruleSets = ruleSetsOf(rules, streams, features)
  const lookahead = Math.max(0, ...rules.map(({form}) => form.lookahead))
  const lookback = Math.max(0, ...rules.map(({form, cooldown}) => form.lookback + (cooldown ?? 0)))
  const merchantRules = [...ruleSets.values()].flatMap((set) => set.merchantRules)
  const {allowedLateness, dedupRetention} = settings.time
  return {
    id: parts.id,
    settings,
    streams,
    rules,
    sources: parts.sources,
    policy: parts.policy,
    rates: parts.rates,
    features,
    projections: projectionsTo(fields, streams),
    fields,
    ruleFields: parts.ruleFields,
    predicates: parts.predicates,
    ruleSets,
    lookahead,
    merchantReach: Math.max(0, ...merchantRules.map(({form}) => form.lookback + form.lookahead)),
    retention: Math.max(
      dedupRetention,
      lookback + lookahead + allowedLateness + Math.max(settings.locationMaxAge, features.exactReach),
      features.feedbackHorizon === 0 ? 0 : features.feedbackHorizon + allowedLateness,
    ),
  }
}
