import {CONTROL_STREAM, encodeActivation} from '../../../src/core/bundle/activation.js'
import type {Bundle, BundleSettings} from '../../../src/core/bundle/bundle.js'
import type {InputRecord} from '../../../src/engine/port/event-source.js'
import {SeededRandom} from '../../../src/simulation/seeded-random.js'
import {bundleOf, SETTINGS} from '../engine/collected-run.js'
import type {Scale} from '../oracle/generators/scale.js'
import type {RuleFile} from '../oracle/shapes.js'
import {rulePool} from './rule-pool.js'

/** Bundles that can follow on each other in any order: no two rules of one id and version differ. */
export type BundleChain = readonly Bundle[]

const CHAIN_LENGTH = 3

const HOUR_MS = 3_600_000

/** Under these nothing is kept for longer than rules ask for: what the next bundle's rules would look at may be gone. */
const FORGETFUL: BundleSettings = {
  ...SETTINGS,
  time: {...SETTINGS.time, dedupRetention: HOUR_MS},
  locationMaxAge: HOUR_MS,
}

/**
 * Chains of generated bundles. From one to the next some rules stay, some come back in a higher version with another
 * match, some are gone, and some are new.
 */
export function reloadPool(scale: Scale, size: number): readonly BundleChain[] {
  const pool = rulePool(scale, size)
  return pool.map(({rules, lists, rates}, i) => {
    const random = new SeededRandom(i, 'reloads')
    let files = withPrefix(rules, 'a')
    const chain: Bundle[] = []
    const versions = new Map<string, number>()
    for (let link = 0; link < CHAIN_LENGTH; link++) {
      chain.push(bundleOf([...files, ...lists, rates], random.pick([SETTINGS, FORGETFUL])))
      for (const {id, version} of files) versions.set(id, Math.max(version, versions.get(id) ?? 0))
      const others = pool[(i + link + 1) % pool.length]?.rules ?? []
      files = changed(files, others, 'bcd'.charAt(link), versions, random)
    }
    return chain
  })
}

function changed(
  rules: readonly RuleFile[],
  others: readonly RuleFile[],
  prefix: string,
  versions: ReadonlyMap<string, number>,
  random: SeededRandom,
): readonly RuleFile[] {
  const next = rules.flatMap((rule): RuleFile[] => {
    const what = random.pick(['stays', 'stays', 'changes', 'changes', 'goes'])
    if (what === 'goes') return []
    if (what === 'stays') return [rule]
    const {id, version, ...rest} = random.pick(others)
    return [{...rest, id: rule.id, version: (versions.get(rule.id) ?? rule.version) + 1}]
  })
  return [...next, ...withPrefix(others, prefix).filter(() => random.chance(0.4))]
}

function withPrefix(rules: readonly RuleFile[], prefix: string): readonly RuleFile[] {
  return rules.map((rule) => ({...rule, id: `${prefix}-${rule.id}`}))
}

/** The same log with up to three activations in it, some of them with rules to be backfilled. */
export function withActivations(
  records: readonly InputRecord[],
  chain: BundleChain,
  random: SeededRandom,
): readonly InputRecord[] {
  const log = [...records]
  for (let count = random.integer(1, 3); count > 0; count--) {
    const {id, rules} = random.pick(chain)
    const share = random.pick([0, 0, 0.5, 1])
    const backfill = rules.filter(() => random.chance(share)).map((rule) => rule.id)
    const place = random.below(log.length + 1)
    log.splice(place, 0, controlRecord(id, backfill, (log[place - 1] ?? log[place]) as InputRecord))
  }
  return log.map((record, offset) => ({...record, offset}))
}

/** It comes together with a neighbour. */
function controlRecord(bundle: string, backfill: readonly string[], beside: InputRecord): InputRecord {
  return {
    stream: CONTROL_STREAM,
    offset: 0,
    ingestedAt: beside.ingestedAt,
    bytes: Buffer.from(encodeActivation({bundle, backfill})),
    outcome: undefined,
  }
}
