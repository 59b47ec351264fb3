import type {SourceFault} from '../source/source-fault.js'
import type {RuleSource} from './bundle.js'

/**
 * Rules whose version should be higher: because what they mean has changed since `previous`, or because the version
 * went down. Alert ids carry the version: under an old one, alerts of different rules would share them.
 */
export function versionFaults(
  previous: readonly RuleSource[],
  next: readonly RuleSource[],
): readonly SourceFault[] {
  const before = new Map(previous.map((source) => [source.id, source]))
  return next.flatMap((source) => {
    const older = before.get(source.id)
    const fault = older === undefined ? undefined : versionFault(older, source)
    return fault === undefined ? [] : [fault]
  })
}

function versionFault(older: RuleSource, {version, meaning, faultAt}: RuleSource): SourceFault | undefined {
  const isChanged = meaning !== older.meaning
  const remedy = `write version: ${older.version + 1}`
  if (version < older.version) {
    const lowest = isChanged ? remedy : `write version: ${older.version}`
    return faultAt(['version'], `the version went down from ${older.version} to ${version}`, lowest)
  }
  if (!isChanged || version > older.version) return undefined
  return faultAt(['version'], `the rule has changed since version ${older.version}`, remedy)
}
