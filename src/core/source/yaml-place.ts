import {type Document, isMap, isNode, isScalar} from 'yaml'
import type {Path} from './source-fault.js'
import {placeOf} from './text-place.js'

/**
 * Where the value at a path stands, as an offset into the source; for text, `offset` characters into it; for `name`, the
 * name of the field. What is not there is where the nearest thing around it begins.
 */
export function placeInDocument(
  source: string,
  document: Document.Parsed,
  path: Path,
  offset?: number | 'name',
): number {
  if (offset === 'name') return nameOffset(document, path) ?? placeInDocument(source, document, path)
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (!isNode(node) || node.range == null) continue
    const start = node.range[0]
    const isText = offset !== undefined && length === path.length && isScalar(node)
    return isText ? placeOf(source, node, start, offset) : start
  }
  return 0
}

function nameOffset(document: Document.Parsed, path: Path): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(parent)) return undefined
  const pair = parent.items.find(({key}) => isScalar(key) && String(key.value) === path.at(-1))
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
}
