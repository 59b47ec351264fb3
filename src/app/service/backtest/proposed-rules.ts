import {RulesRefusedError} from '../../../adapters/http/rules-service.js'
import type {BundleContent} from '../../../core/bundle/bundle-content.js'
import {RULE_SCHEMA} from '../../../core/rule/rule-file.js'
import type {SourceFile} from '../../../core/source/source-fault.js'
import {readYaml} from '../../../core/source/yaml-document.js'

/** The content of a bundle with other rules: proposed ones in the place of those with their ids, some left out. */
export function proposedContent(
  content: BundleContent,
  rules: readonly string[],
  without: readonly string[],
): BundleContent {
  const ids = new Set(content.files.flatMap((file) => ruleId(file) ?? []))
  const faults = without.filter((id) => !ids.has(id)).map((id) => `without: there is no rule ${id} in force`)
  const proposed = rules.map((text, i) => {
    const file = {path: `rules/proposed/${i + 1}.yaml`, text}
    const id = ruleId(file)
    if (id === undefined)
      faults.push(`rules[${i}] is no rule; begin it with schema: ${RULE_SCHEMA}, and give it an id`)
    return {file, id}
  })
  if (faults.length > 0) throw new RulesRefusedError(faults)
  const gone = new Set([...without, ...proposed.map(({id}) => id)])
  const kept = content.files.filter((file) => !gone.has(ruleId(file)))
  return {...content, files: [...kept, ...proposed.map(({file}) => file)]}
}

/** Undefined for a file of another kind. */
function ruleId(file: SourceFile): string | undefined {
  if (!file.text.includes(RULE_SCHEMA)) return undefined
  const {data} = readYaml(file)
  if (typeof data !== 'object' || data === null) return undefined
  const {schema, id} = data as {readonly schema?: unknown; readonly id?: unknown}
  return schema === RULE_SCHEMA && typeof id === 'string' ? id : undefined
}
