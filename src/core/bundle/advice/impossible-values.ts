import {LOCATIONS, MERCHANTS, type Stream} from '../../event/stream.js'
import {closest} from '../../expression/suggest.js'
import type {ComparisonOperator, Node} from '../../expression/syntax.js'
import {type FieldValues, fieldValues} from './field-values.js'
import type {WrittenCondition} from './written-conditions.js'

/** Something odd about a part of a condition. */
export interface Oddity {
  readonly node: Node
  readonly message: string
  readonly remedy: string
}

/** Comparisons that always come out the same, because a field or a count never has such a value. */
export function impossibleValues(
  condition: WrittenCondition,
  streams: ReadonlyMap<string, Stream>,
  historyCap: number,
): readonly Oddity[] {
  const valuesOf = (node: Node): FieldValues | undefined => {
    if (node.op === 'call') return COUNTS.has(node.name) ? upTo(historyCap + 1) : undefined
    const stream = streams.get(streamNamed(node, condition) ?? '')
    return stream === undefined || node.op !== 'field' ? undefined : fieldValues(stream, node.field)
  }
  const textOf = ({start, end}: Node): string => condition.text.slice(start, end)
  return condition.nodes.flatMap((node) => {
    if (node.op === 'in' && node.right.op === 'list') {
      const values = valuesOf(node.left)
      return values === undefined
        ? []
        : node.right.items.flatMap((item) => oddEquality(node.left, item, values, textOf))
    }
    if (node.op !== 'comparison') return []
    const {operator} = node
    const [subject, bound] =
      valuesOf(node.left) === undefined ? [node.right, node.left] : [node.left, node.right]
    const values = valuesOf(subject)
    if (values === undefined) return []
    if (operator === '==' || operator === '!=') return oddEquality(subject, bound, values, textOf)
    const turned = subject === node.left ? operator : TURNED_AROUND[operator]
    return oddOrder(node, subject, turned, literalOf(bound), values, textOf)
  })
}

type TextOf = (node: Node) => string

/** The aggregates that count members of a group: one at least. */
const COUNTS: ReadonlySet<string> = new Set(['count', 'distinct'])

const TURNED_AROUND: {readonly [operator in ComparisonOperator]: ComparisonOperator} = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
}

function upTo(most: number): FieldValues {
  const canBe = (value: unknown) => typeof value === 'number' && value >= 1 && value <= most
  const allowed = `1 to ${most}: no more are looked at (rules.history_cap)`
  return {isRequired: true, choices: undefined, least: 1, most, allowed, canBe}
}

/** The stream whose event the target of a field is. */
function streamNamed(node: Node, {streamOf}: WrittenCondition): string | undefined {
  if (node.op !== 'field' || node.target.op !== 'name') return undefined
  const {name} = node.target
  return streamOf.get(name) ?? (name === 'merchant' ? MERCHANTS : name === 'location' ? LOCATIONS : undefined)
}

function oddEquality(subject: Node, bound: Node, values: FieldValues, textOf: TextOf): readonly Oddity[] {
  const value = literalOf(bound)
  if (value === undefined || values.canBe(value)) return []
  const meant = closest(String(value), values.choices ?? [])
  const remedy = meant === undefined ? `it is ${values.allowed}` : `did you mean ${JSON.stringify(meant)}?`
  const isAbsence = value === '' && !values.isRequired
  return [
    {
      node: bound,
      message: `${textOf(subject)} is never ${textOf(bound)}`,
      remedy: isAbsence ? `ask whether it is missing: !has(${textOf(subject)})` : remedy,
    },
  ]
}

function oddOrder(
  node: Node,
  subject: Node,
  operator: ComparisonOperator,
  bound: unknown,
  values: FieldValues,
  textOf: TextOf,
): readonly Oddity[] {
  if (typeof bound !== 'number') return []
  const {least, most} = values
  const isImpossible =
    (operator === '<' && bound <= least) ||
    (operator === '<=' && bound < least) ||
    (operator === '>' && bound >= most) ||
    (operator === '>=' && bound > most)
  if (!isImpossible) return []
  return [{node, message: `${textOf(node)} never holds`, remedy: `${textOf(subject)} is ${values.allowed}`}]
}

function literalOf(node: Node): unknown {
  if (node.op === 'negate' && node.operand.op === 'literal') return -Number(node.operand.value)
  return node.op === 'literal' && node.value !== null ? node.value : undefined
}
