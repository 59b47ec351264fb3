import {type ASTNode, parse} from '@marcbachmann/cel-js'
import {AGGREGATES, type AggregateName, aggregate} from './aggregates.js'
import {callFunction, callMethod} from './functions.js'
import type {AcceptedEvent} from './shapes.js'
import {dataFileMs} from './spelled-time.js'
import {arithmetic, ERROR, equals, fromJson, isBound, isList, order, type Value} from './values.js'
import {joinsOf, type World} from './world.js'

/** What a condition is tested against. */
export interface Sight {
  readonly world: World
  /** The event whose condition is tested; `location` and `merchant` are its. In `having`: the anchor. */
  readonly tested: AcceptedEvent
  /** List entries are in force while the anchor's event time is before `expires`. */
  readonly anchorTime: number
  /** Bound events by `as` name; a group's name stands for its last event. */
  readonly names: Readonly<Record<string, AcceptedEvent>>
  /** Members of bound groups, in the total order. */
  readonly groups?: Readonly<Record<string, readonly AcceptedEvent[]>>
  /** In `having`: the name whose group the unnamed aggregates go over. */
  readonly window?: string
}

/** A condition that is left out holds; one that is an error is not fulfilled. */
export function holds(text: string | undefined, sight: Sight): boolean {
  return text === undefined || evaluate(text, sight) === true
}

export function evaluate(text: string, sight: Sight): Value {
  return walk(astOf(text), sight, {})
}

const parsed = new Map<string, ASTNode>()

function astOf(text: string): ASTNode {
  const ast = parsed.get(text) ?? parse(text).ast
  parsed.set(text, ast)
  return ast
}

/** Variables of macros: `[1, 2].exists(v, v == tx.amount)`. */
type Locals = Readonly<Record<string, Value>>

function walk(node: ASTNode, sight: Sight, locals: Locals): Value {
  const value = (of: ASTNode): Value => walk(of, sight, locals)
  switch (node.op) {
    case 'value':
      return literal(node.args)
    case 'id':
      return Object.hasOwn(locals, node.args) ? (locals[node.args] ?? ERROR) : named(node.args, sight)
    case '.':
      return field(value(node.args[0]), node.args[1])
    case '[]': {
      const target = value(node.args[0])
      const index = value(node.args[1])
      if (isList(target)) return typeof index === 'number' ? (target.list[index] ?? ERROR) : ERROR
      return typeof index === 'string' ? field(target, index) : ERROR
    }
    case 'list':
      return listOf(node.args.map(value))
    case '&&':
      return shortCircuit(value(node.args[0]), value(node.args[1]), false)
    case '||':
      return shortCircuit(value(node.args[0]), value(node.args[1]), true)
    case '!_': {
      const operand = value(node.args)
      return typeof operand === 'boolean' ? !operand : ERROR
    }
    case '-_': {
      const operand = value(node.args)
      return typeof operand === 'number' ? -operand : ERROR
    }
    case '?:': {
      const test = value(node.args[0])
      return typeof test === 'boolean' ? value(node.args[test ? 1 : 2]) : ERROR
    }
    case '==':
      return equals(value(node.args[0]), value(node.args[1]))
    case '!=': {
      const equal = equals(value(node.args[0]), value(node.args[1]))
      return equal === ERROR ? ERROR : !equal
    }
    case '<':
      return compared(value(node.args[0]), value(node.args[1]), (sign) => sign < 0)
    case '<=':
      return compared(value(node.args[0]), value(node.args[1]), (sign) => sign <= 0)
    case '>':
      return compared(value(node.args[0]), value(node.args[1]), (sign) => sign > 0)
    case '>=':
      return compared(value(node.args[0]), value(node.args[1]), (sign) => sign >= 0)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(node.op, value(node.args[0]), value(node.args[1]))
    case 'in':
      return contained(value(node.args[0]), node.args[1], sight, locals)
    case 'call':
      return call(node.args[0], node.args[1], sight, locals)
    case 'rcall':
      return onTarget(node.args[0], node.args[1], node.args[2], sight, locals)
    default:
      throw new Error(`the oracle does not know ${node.op} in: ${node.input}`)
  }
}

/** A list literal with an error in it is an error. */
function listOf(items: readonly Value[]): Value {
  return items.includes(ERROR) ? ERROR : {list: items}
}

/** All numbers are doubles; null is an error value. */
function literal(args: unknown): Value {
  if (typeof args === 'bigint') return Number(args)
  if (typeof args === 'object' && args !== null) return Number(args.valueOf())
  return fromJson(args)
}

function named(name: string, sight: Sight): Value {
  const event = Object.hasOwn(sight.names, name) ? sight.names[name] : undefined
  if (event !== undefined) return {event}
  if (name !== 'location' && name !== 'merchant') throw new Error(`the oracle does not know the name ${name}`)
  const joined = joinsOf(sight.world, sight.tested)[name]
  return joined === undefined ? ERROR : {event: joined}
}

/** Own fields only; `event_time` of an event is a timestamp. */
function field(target: Value, name: string): Value {
  if (target === ERROR || typeof target !== 'object') return ERROR
  if (isBound(target)) {
    if (name === 'event_time') return {timestampMs: target.event.time}
    return Object.hasOwn(target.event.fields, name) ? fromJson(target.event.fields[name]) : ERROR
  }
  if (!('plain' in target) || !Object.hasOwn(target.plain, name)) return ERROR
  return fromJson((target.plain as Readonly<Record<string, unknown>>)[name])
}

/** `false && error` is false, `true || error` is true, on either side; otherwise an error wins. */
function shortCircuit(left: Value, right: Value, decisive: boolean): Value {
  if (left === decisive || right === decisive) return decisive
  return left === !decisive && right === !decisive ? !decisive : ERROR
}

function compared(left: Value, right: Value, test: (sign: number) => boolean): Value {
  const sign = order(left, right)
  return sign === ERROR ? ERROR : test(sign)
}

function contained(item: Value, container: ASTNode, sight: Sight, locals: Locals): Value {
  if (item === ERROR) return ERROR
  if (container.op === '.' && container.args[0].op === 'id' && container.args[0].args === 'lists') {
    const name = container.args[1]
    const list = sight.world.lists.find((candidate) => candidate.name === name)
    if (list === undefined) throw new Error(`no list ${name}`)
    const inForce = list.entries.filter(
      (entry) => entry.expires === undefined || sight.anchorTime < dataFileMs(entry.expires),
    )
    return inForce.some((entry) => entry.value === item)
  }
  const list = walk(container, sight, locals)
  if (!isList(list)) return ERROR
  const matches = list.list.map((member) => equals(item, member))
  if (matches.includes(true)) return true
  return matches.includes(ERROR) ? ERROR : false
}

function call(name: string, args: readonly ASTNode[], sight: Sight, locals: Locals): Value {
  const [argument] = args
  if (name === 'has') return argument !== undefined && walk(argument, sight, locals) !== ERROR
  if ((AGGREGATES as readonly string[]).includes(name))
    return overGroup(name as AggregateName, argument, sight)
  return callFunction(
    name,
    args.map((part) => walk(part, sight, locals)),
  )
}

/** `count()`, `count(probe)`, `sum(probe.amount)`: the group's name means one member after the other. */
function overGroup(name: AggregateName, argument: ASTNode | undefined, sight: Sight): Value {
  const groups = sight.groups ?? {}
  const group = Object.keys(groups).find((candidate) => mentions(argument, candidate)) ?? sight.window
  const members = group === undefined ? undefined : groups[group]
  if (group === undefined || members === undefined) throw new Error(`${name}() goes over no group`)
  const countsMembers = argument === undefined || argument.op === 'id'
  const values = members.map((member): Value => {
    if (countsMembers) return true
    return walk(argument, {...sight, names: {...sight.names, [group]: member}}, {})
  })
  return aggregate(name, values)
}

function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((part) => mentions(part, name))
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return false
  return (node.op === 'id' && node.args === name) || mentions(node.args, name)
}

function onTarget(
  name: string,
  target: ASTNode,
  args: readonly ASTNode[],
  sight: Sight,
  locals: Locals,
): Value {
  const [variable, body] = args
  const value = walk(target, sight, locals)
  if (!['exists', 'all', 'exists_one', 'filter', 'map'].includes(name)) {
    return callMethod(
      name,
      value,
      args.map((part) => walk(part, sight, locals)),
    )
  }
  if (!isList(value) || variable?.op !== 'id' || body === undefined) return ERROR
  const results = value.list.map((item) => walk(body, sight, {...locals, [variable.args]: item}))
  if (name === 'exists') return results.reduce((sofar, one) => shortCircuit(sofar, one, true), false)
  if (name === 'all') return results.reduce((sofar, one) => shortCircuit(sofar, one, false), true)
  if (results.includes(ERROR)) return ERROR
  if (name === 'exists_one') return results.filter((one) => one === true).length === 1
  return {list: name === 'map' ? results : value.list.filter((_, index) => results[index] === true)}
}
