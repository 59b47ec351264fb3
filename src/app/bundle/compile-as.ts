import type {Bundle} from '../../core/bundle/bundle.js'
import {type BundleContent, compileContent} from '../../core/bundle/bundle-content.js'
import {formatFault} from '../../core/source/source-fault.js'

/**
 * Compiles the kept content of a bundle that was in force. It keeps the id that decisions and alerts carry, also where
 * this version of the program would give it another.
 */
export function compileAs(id: string, content: BundleContent): Bundle {
  const {bundle, faults} = compileContent(content)
  if (bundle !== undefined) return {...bundle, id}
  const reasons = faults.map(formatFault).join('\n')
  throw new RangeError(
    `the bundle ${id}, which was in force, cannot be read by this version of tripline; use the one that activated it\n${reasons}`,
  )
}
