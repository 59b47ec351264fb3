import type {Bundle} from './bundle.js'

export interface RuleVersion {
  readonly id: string
  readonly version: number
}

/** What differs between the running rules of two bundles. */
export interface BundleChanges {
  readonly added: readonly RuleVersion[]
  readonly changed: readonly {readonly id: string; readonly from: number; readonly to: number}[]
  readonly removed: readonly RuleVersion[]
}

export function bundleChanges(before: Bundle, next: Bundle): BundleChanges {
  const versionsBefore = new Map(before.rules.map(({id, version}) => [id, version]))
  const versions = new Map(next.rules.map(({id, version}) => [id, version]))
  return {
    added: next.rules.filter(({id}) => !versionsBefore.has(id)).map(named),
    changed: next.rules.flatMap(({id, version}) => {
      const from = versionsBefore.get(id)
      return from === undefined || from === version ? [] : [{id, from, to: version}]
    }),
    removed: before.rules.filter(({id}) => !versions.has(id)).map(named),
  }
}

function named({id, version}: RuleVersion): RuleVersion {
  return {id, version}
}
