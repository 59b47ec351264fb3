import type {Node} from './syntax.js'

/** A node and all nodes below it, in the order of the text. */
export function* descendants(node: Node): Generator<Node> {
  yield node
  for (const part of Object.values(node).flat()) if (isNode(part)) yield* descendants(part)
}

function isNode(part: unknown): part is Node {
  return typeof part === 'object' && part !== null && 'op' in part
}
