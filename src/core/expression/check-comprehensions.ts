import {type Checking, type Names, refuse} from './checking.js'
import {fold} from './constant-folding.js'
import {asCondition} from './conversion.js'
import type {MethodNode, Node} from './syntax.js'
import {INVALID, type Term} from './term.js'

export const COMPREHENSION_NAMES: ReadonlySet<string> = new Set([
  'exists',
  'all',
  'exists_one',
  'filter',
  'map',
])

export const MAX_COMPREHENSION_ELEMENTS = 100

/**
 * `[a, b].exists(x, …)` and its kin. They are written out: the body is checked once per element, with the variable
 * standing for the element. So nothing loops at run time.
 */
export function checkComprehension(checking: Checking, node: MethodNode, names: Names): Term {
  const {name, target} = node
  const [variable, ...bodies] = node.args
  const isArity = bodies.length === 1 || (name === 'map' && bodies.length === 2)
  if (variable?.op !== 'name' || !isArity) {
    return refuse(
      checking,
      node,
      `${name}() takes a name and a condition on it`,
      `write [a, b].${name}(x, x > 1)`,
    )
  }
  if (target.op !== 'list') {
    const message = `${name}() is an unbounded comprehension: ${checking.text(target)} may be of any length`
    return refuse(checking, node, message, `write the elements out: [a, b].${name}(…)`)
  }
  if (target.items.length > MAX_COMPREHENSION_ELEMENTS) {
    const message = `${name}() runs over ${target.items.length} elements; at most ${MAX_COMPREHENSION_ELEMENTS}`
    return refuse(checking, target, message, 'put the values into a list file and use in')
  }
  const list = checking.check(target, names)
  if (list.kind !== 'list') return INVALID
  const elements = list.items.map(({term}) => term)
  const written = (body: Node, condition: boolean): Term[] =>
    elements.map((element) => {
      const variables = new Map(names.variables).set(variable.name, element)
      const term = checking.check(body, {...names, variables})
      return condition ? asCondition(checking, term, body) : term
    })
  const body = combined(name, elements, bodies, written)
  if (body === undefined) return INVALID
  // CEL evaluates the list first: an element that is an error is one whatever the body does with it.
  const unsure = elements.filter(({kind}) => kind !== 'constant')
  return unsure.length === 0 ? body : {kind: 'strict', type: body.type, items: unsure, body}
}

/** The written-out bodies as one term; undefined if one of them is wrong (reported). */
function combined(
  name: string,
  elements: readonly Term[],
  bodies: readonly Node[],
  written: (body: Node, condition: boolean) => Term[],
): Term | undefined {
  const [first, second] = bodies
  if (first === undefined) return undefined
  const isMap = name === 'map'
  const guards = isMap && second === undefined ? undefined : written(first, true)
  const mapped = isMap ? written(second ?? first, false) : elements
  if ([...(guards ?? []), ...mapped].some(({kind}) => kind === 'invalid')) return undefined
  switch (name) {
    case 'exists':
      return fold({kind: 'or', type: 'bool', parts: guards ?? []})
    case 'all':
      return fold({kind: 'and', type: 'bool', parts: guards ?? []})
    case 'exists_one':
      return fold({kind: 'exactly-one', type: 'bool', parts: guards ?? []})
    default: {
      const items = mapped.map((term, index) => {
        const guard = guards?.[index]
        return guard === undefined ? {term} : {term, guard}
      })
      return {kind: 'list', type: 'list', items}
    }
  }
}
