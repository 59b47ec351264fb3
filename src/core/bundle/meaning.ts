import {parseExpression} from '../expression/parse.js'
import type {RuleFile} from '../rule/rule-file.js'
import {inOneOrder, shortHash} from './content-hash.js'

/**
 * What may change without a new version: what is there for people and tools and, as it says where alerts go and not
 * when there are any, the mode.
 */
const FREE = ['schema', 'version', 'title', 'description', 'mode', 'tests', 'tags', 'owner', 'references']

/**
 * A hash over what a rule means: equal for files that differ in spelling only, such as `60m` for `1h`, or other spaces,
 * parentheses and comments in a condition.
 */
export function meaningOf(file: RuleFile): string {
  const kept = Object.entries(file).filter(([field]) => !FREE.includes(field))
  return shortHash(inOneOrder(kept.map(([field, value]) => [field, withParsedConditions(value)])))
}

const CONDITIONS = ['when', 'having']

function withParsedConditions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withParsedConditions)
  if (value === null || typeof value !== 'object') return value
  const fields = Object.entries(value).map(([field, inner]) => {
    const isCondition = CONDITIONS.includes(field) && typeof inner === 'string'
    return [field, isCondition ? parsed(inner) : withParsedConditions(inner)]
  })
  return Object.fromEntries(fields)
}

function parsed(condition: string): unknown {
  const result = parseExpression(condition)
  return 'node' in result ? withoutPlaces(result.node) : condition
}

function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPlaces)
  if (node === null || typeof node !== 'object') return node
  const {start: _start, end: _end, ...rest} = node as {readonly [field: string]: unknown}
  return Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, withoutPlaces(value)]))
}
