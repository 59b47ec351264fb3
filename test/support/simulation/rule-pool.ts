import fc from 'fast-check'
import type {Bundle} from '../../../src/core/bundle/bundle.js'
import {bundleOf} from '../engine/collected-run.js'
import {generatedLists, generatedRates} from '../oracle/generators/data-files.js'
import {ruleSets} from '../oracle/generators/rule-sets.js'
import type {Scale} from '../oracle/generators/scale.js'
import type {ListFile, RatesFile, RuleFile} from '../oracle/shapes.js'

/** A bundle, and the files from which it was compiled. */
export interface PooledRules {
  readonly bundle: Bundle
  readonly rules: readonly RuleFile[]
  readonly lists: readonly ListFile[]
  readonly rates: RatesFile
}

/**
 * So many generated rule sets whose spans fit the scale. Compiling costs more than running: seeds share
 * them.
 */
export function rulePool(scale: Scale, size: number): readonly PooledRules[] {
  const lists = generatedLists(scale)
  const rates = generatedRates(scale)
  const sets = fc.sample(ruleSets({scale, cooldown: true, sequence: true, furtherKeys: true, maxRules: 6}), {
    seed: size,
    numRuns: size,
  })
  return sets.map((rules) => ({rules, lists, rates, bundle: bundleOf([...rules, ...lists, rates])}))
}
