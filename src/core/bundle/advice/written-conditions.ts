import {descendants} from '../../expression/descendants.js'
import {parseExpression} from '../../expression/parse.js'
import type {Node} from '../../expression/syntax.js'
import type {RuleFile} from '../../rule/rule-file.js'
import type {Path} from '../../source/source-fault.js'

/** A condition as it stands in a rule file. */
export interface WrittenCondition {
  readonly path: Path
  readonly text: string
  /** Every node of it. */
  readonly nodes: readonly Node[]
  /** What its names stand for: a stream's events. Names that a comprehension uses for its elements are left out. */
  readonly streamOf: ReadonlyMap<string, string>
}

/** The conditions of a rule of any form that can be parsed, in the order of the file. */
export function writtenConditions(match: RuleFile['match']): readonly WrittenCondition[] {
  const streamOf = new Map<string, string>()
  const texts: {readonly path: Path; readonly text: string}[] = []
  walk(match, ['match'], ({stream, as, absent, when, having}, path) => {
    for (const name of [as, absent]) {
      if (typeof name === 'string' && typeof stream === 'string') streamOf.set(name, stream)
    }
    if (typeof when === 'string') texts.push({path: [...path, 'when'], text: when})
    if (typeof having === 'string') texts.push({path: [...path, 'having'], text: having})
  })
  return texts.flatMap(({path, text}) => {
    const parsed = parseExpression(text)
    if ('faults' in parsed) return []
    const nodes = [...descendants(parsed.node)]
    return [{path, text, nodes, streamOf: without(streamOf, variablesOf(nodes))}]
  })
}

type Visit = (fields: {readonly [name: string]: unknown}, path: Path) => void

function walk(value: unknown, path: Path, visit: Visit): void {
  if (value === null || typeof value !== 'object') return
  if (!Array.isArray(value)) visit(value as {[name: string]: unknown}, path)
  for (const [step, inner] of Object.entries(value)) {
    walk(inner, [...path, Array.isArray(value) ? Number(step) : step], visit)
  }
}

/** The first argument of a method that is a plain name declares one, as in `[1, 2].exists(x, …)`. */
function variablesOf(nodes: readonly Node[]): ReadonlySet<string> {
  const declared = nodes.flatMap((node) => {
    const [first, second] = node.op === 'method' ? node.args : []
    return first?.op === 'name' && second !== undefined ? [first.name] : []
  })
  return new Set(declared)
}

function without(streams: ReadonlyMap<string, string>, names: ReadonlySet<string>): Map<string, string> {
  return new Map([...streams].filter(([name]) => !names.has(name)))
}
