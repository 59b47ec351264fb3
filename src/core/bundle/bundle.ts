import type {Policy} from '../decision/policy.js'
import {compileProjection, type Project} from '../event/projection.js'
import type {Rates} from '../event/rates.js'
import {type KeyField, LOCATIONS, MERCHANTS, type Stream, TRANSACTIONS} from '../event/stream.js'
import type {Limits} from '../rule/form.js'
import type {PredicateTable} from '../rule/predicate-table.js'
import type {Rule} from '../rule/rule.js'
import type {RuleTest} from '../rule/rule-file.js'
import type {TimeSettings} from '../watermark/watermark.js'
import {type RuleSet, ruleSetsOf} from './rule-set.js'

/** Settings that shape results besides the files. */
export interface BundleSettings extends Limits {
  readonly time: TimeSettings
  /** Older location fixes (ms) are not joined. */
  readonly locationMaxAge: number
}

/** A rule that was read, whether it runs or not, with its tests. */
export interface RuleSource {
  readonly path: string
  readonly id: string
  readonly version: number
  readonly mode: Rule['mode']
  readonly tests: readonly RuleTest[]
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
  /** By stream: what an accepted event is reduced to. */
  readonly projections: ReadonlyMap<string, Project>
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

/** Fields that joins, records and explanations need whatever the rules use. */
const ALWAYS_IN_USE: {readonly [stream: string]: readonly string[]} = {
  [TRANSACTIONS]: ['amount_usd', 'card_id', 'merchant_id', 'counterparty_id', 'type'],
  [LOCATIONS]: ['lat', 'lon'],
  [MERCHANTS]: ['merchant_id'],
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
  readonly predicates: ReadonlyMap<string, PredicateTable>
  readonly fieldsInUse: ReadonlyMap<string, ReadonlySet<string>>
}): Bundle {
  const {settings, streams, rules, fieldsInUse} = parts
  const projections = new Map<string, Project>()
  for (const stream of streams.values()) {
    const fields = [...(ALWAYS_IN_USE[stream.name] ?? []), ...(fieldsInUse.get(stream.name) ?? [])]
    projections.set(stream.name, compileProjection(stream, fields))
  }
  const ruleSets = ruleSetsOf(rules, streams)
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
    projections,
    predicates: parts.predicates,
    ruleSets,
    lookahead,
    merchantReach: Math.max(0, ...merchantRules.map(({form}) => form.lookback + form.lookahead)),
    retention: Math.max(dedupRetention, lookback + lookahead + allowedLateness + settings.locationMaxAge),
  }
}
