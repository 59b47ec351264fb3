import type {SourceFault} from '../../source/source-fault.js'
import type {CompiledBundle} from '../compile-bundle.js'
import type {WrittenCondition} from './written-conditions.js'

/** A list that nothing uses, and values that stand in it twice. `conditions` is undefined if not all are known. */
export function listAdvice(
  {value: list, faultAt}: CompiledBundle['lists'][number],
  conditions: readonly WrittenCondition[] | undefined,
): readonly SourceFault[] {
  if (list === undefined) return []
  const {name, entries} = list
  const placeOf = new Map(entries.toReversed().map(({value}, index) => [value, entries.length - 1 - index]))
  const repeated = entries.flatMap(({value}, index) => {
    if (placeOf.get(value) === index) return []
    const message = `${JSON.stringify(value)} is in the list twice`
    return [
      faultAt(['entries', index, 'value'], message, 'remove one of them: the last one counts', 'warning'),
    ]
  })
  const isUsed = conditions === undefined || conditions.some(({nodes}) => nodes.some(isNamed(name)))
  if (isUsed) return repeated
  const message = `no rule uses the list ${name}`
  return [...repeated, faultAt(['name'], message, `write … in lists.${name}, or remove the file`, 'warning')]
}

function isNamed(list: string): (node: WrittenCondition['nodes'][number]) => boolean {
  return (node) =>
    node.op === 'field' && node.field === list && node.target.op === 'name' && node.target.name === 'lists'
}
