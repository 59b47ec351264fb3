import {type AggregateFrame, type Checking, describe, type Names, refuse} from './checking.js'
import {asType} from './conversion.js'
import type {EventName, ValueType} from './scope.js'
import type {CallNode} from './syntax.js'
import {type AggregateName, INVALID, type Source, type Term} from './term.js'

export const AGGREGATE_NAMES: ReadonlySet<string> = new Set<AggregateName>([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'stddev',
  'distinct',
])

/** `count()`, `sum(tx.amount)` over the window, or `count(probe)`, `sum(probe.amount)` over a named group. */
export function checkAggregate(checking: Checking, node: CallNode, names: Names): Term {
  const name = node.name as AggregateName
  if (names.aggregate !== undefined) {
    const message = `${name}() stands inside ${names.aggregate.name}()`
    return refuse(checking, node, message, 'aggregates cannot be nested; compare two aggregates instead')
  }
  if (groupNames(checking).length === 0) {
    const message = `${name}() is not available here: there is no group of events`
    return refuse(checking, node, message, 'use it in having of a window, or for a step with times')
  }
  return name === 'count' ? checkCount(checking, node) : checkAggregateOf(checking, node, name, names)
}

function checkCount(checking: Checking, node: CallNode): Term {
  const {scope} = checking
  if (scope.window !== undefined) {
    const window = scope.events.get(scope.window)
    if (node.args.length > 0 || window === undefined) {
      return refuse(checking, node, 'count() takes no argument here: it counts the window', 'write count()')
    }
    return aggregate(checking, 'count', 'double', window, undefined)
  }
  const [argument] = node.args
  const group = argument?.op === 'name' ? scope.events.get(argument.name) : undefined
  if (node.args.length !== 1 || group === undefined || !group.group) {
    const choices = groupNames(checking).map((each) => `count(${each})`)
    return refuse(
      checking,
      node,
      'count() takes the name of a repeated step',
      `write ${choices.join(' or ')}`,
    )
  }
  return aggregate(checking, 'count', 'double', group, undefined)
}

function checkAggregateOf(checking: Checking, node: CallNode, name: AggregateName, names: Names): Term {
  const [argumentNode] = node.args
  const [group] = groupNames(checking)
  const example = `${name}(${group}.amount)`
  if (argumentNode === undefined || node.args.length !== 1) {
    return refuse(checking, node, `${name}() takes one value of the group's events`, `write ${example}`)
  }
  const frame: AggregateFrame = {name, group: undefined}
  const argument = checking.check(argumentNode, {...names, aggregate: frame})
  if (argument.kind === 'invalid') return INVALID
  if (frame.group === undefined) {
    const message = `${checking.text(argumentNode)} is no value of a group's events`
    return refuse(checking, argumentNode, message, `write ${example}`)
  }
  const type = aggregatedType(name, argument.type)
  if (type === undefined) {
    const message = `${name}() is not defined for ${describe(argument.type)}`
    return refuse(
      checking,
      argumentNode,
      message,
      name === 'distinct' ? 'name a plain field' : 'name a number',
    )
  }
  const typed = asType(checking, argument, type, argumentNode, 'name a number')
  const result = name === 'min' || name === 'max' ? type : 'double'
  return aggregate(checking, name, result, frame.group.event, typed)
}

/** The type in which an aggregate takes a value; undefined if it does not. */
function aggregatedType(name: AggregateName, type: ValueType): ValueType | undefined {
  if (name === 'distinct') return type === 'list' ? undefined : type
  const isTime = type === 'timestamp' || type === 'duration'
  if (isTime && (name === 'min' || name === 'max')) return type
  return type === 'double' || type === 'dyn' ? 'double' : undefined
}

function aggregate(
  checking: Checking,
  name: AggregateName,
  type: ValueType,
  {slot, stream}: EventName,
  argument: Term | undefined,
): Term {
  const group: Source = {kind: 'bound', slot, stream}
  checking.uses.aggregates = true
  checking.uses.source(group)
  return {kind: 'aggregate', type, name, group, argument}
}

/** The names that aggregates may run over. */
function groupNames({scope}: Checking): readonly string[] {
  if (scope.window !== undefined) return [scope.window]
  return [...scope.events].flatMap(([name, {group}]) => (group ? [name] : []))
}
