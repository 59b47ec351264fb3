import type {Bundle} from '../../core/bundle/bundle.js'
import {versionFaults} from '../../core/bundle/version-faults.js'
import {closest} from '../../core/expression/suggest.js'
import {formatFault, type SourceFault} from '../../core/source/source-fault.js'
import type {KeptBundles} from '../bundle/kept-bundles.js'

/**
 * Why the folder's rules cannot take over from those in force, each with place and remedy; nothing if they can. Alert
 * ids carry the version: no two rules that differ may ever have been in force under one.
 */
export async function refusals(
  next: Bundle,
  latest: Bundle,
  bundles: KeptBundles,
  backfill: readonly string[] = [],
): Promise<readonly string[]> {
  const faults = versionFaults(latest.sources, next.sources)
  const known = new Set(faults.map(({file}) => file))
  const reused = (await reusedVersions(next, bundles)).filter(({file}) => !known.has(file))
  return [...[...faults, ...reused].map(formatFault), ...unknownRules(next, backfill)]
}

/** What is wrong with the names of rules to be backfilled. */
export function unknownRules({rules}: Bundle, named: readonly string[]): readonly string[] {
  const ids = rules.map(({id}) => id)
  return named
    .filter((id) => !ids.includes(id))
    .map((id) => {
      const meant = closest(id, ids)
      const remedy = meant === undefined ? 'tripline rules lint names all' : `did you mean ${meant}?`
      return `backfill: no running rule is called ${JSON.stringify(id)}; ${remedy}`
    })
}

/** Rules whose version was in force before and meant something else. */
async function reusedVersions(next: Bundle, bundles: KeptBundles): Promise<readonly SourceFault[]> {
  const meanings = await bundles.store.meanings()
  return next.sources.flatMap(({id, version, meaning, mode, faultAt}) => {
    const known = meanings.filter((rule) => rule.id === id)
    const same = known.find((rule) => rule.version === version)
    if (mode === 'off' || same === undefined || same.meaning === meaning) return []
    const highest = Math.max(...known.map((rule) => rule.version))
    const message = `version ${version} was in force before and meant something else`
    return [faultAt(['version'], message, `write version: ${highest + 1}`)]
  })
}
