import {AGGREGATE_NAMES, checkAggregate} from './check-aggregates.js'
import {COMPREHENSION_NAMES, checkComprehension} from './check-comprehensions.js'
import {checkRawField, eventNamed} from './check-names.js'
import {type Checking, canNarrow, describe, type Names, refuse} from './checking.js'
import {fold} from './constant-folding.js'
import {asType} from './conversion.js'
import {FUNCTIONS, type FunctionEntry, GLOBAL_NAMES, METHOD_NAMES} from './functions.js'
import {compilePattern} from './pattern.js'
import {closest} from './suggest.js'
import type {CallNode, MethodNode, Node} from './syntax.js'
import {INVALID, type Source, type SpanName, type Term} from './term.js'

const SPAN_NAMES: ReadonlySet<string> = new Set<SpanName>([
  'distance_miles',
  'distance_km',
  'speed_kmh',
  'seconds_between',
])

export function checkCall(checking: Checking, node: CallNode | MethodNode, names: Names): Term {
  const {name} = node
  if (node.op === 'method') {
    if (COMPREHENSION_NAMES.has(name)) return checkComprehension(checking, node, names)
    if (name === 'matches') return checkMatches(checking, node, [node.target, ...node.args], names)
    return checkFunction(checking, node, names)
  }
  if (name === 'has') return checkHas(checking, node, names)
  if (name === 'matches') return checkMatches(checking, node, node.args, names)
  if (SPAN_NAMES.has(name)) return checkSpan(checking, node, name as SpanName, names)
  if (AGGREGATE_NAMES.has(name)) return checkAggregate(checking, node, names)
  return checkFunction(checking, node, names)
}

function checkHas(checking: Checking, node: CallNode, names: Names): Term {
  const [argument] = node.args
  if (argument?.op !== 'field' || node.args.length !== 1) {
    const isEvent = argument?.op === 'name' && eventNamed(checking, argument, names) !== undefined
    const example = isEvent && argument.op === 'name' ? `has(${argument.name}.lat)` : 'has(x.f)'
    return refuse(checking, node, 'has() takes a field', `name a field, such as ${example}`)
  }
  const target = checkRawField(checking, argument, names)
  return target.kind === 'invalid' ? INVALID : fold({kind: 'present', type: 'bool', target})
}

function checkMatches(checking: Checking, node: Node, args: readonly Node[], names: Names): Term {
  const [text, patternNode] = args
  if (text === undefined || patternNode === undefined || args.length !== 2) {
    return refuse(checking, node, 'matches() takes a string and a pattern', "write x.f.matches('^[A-Z]{2}$')")
  }
  const value = asType(checking, checking.check(text, names), 'string', text, 'matches() tests a string')
  if (patternNode.op !== 'literal' || typeof patternNode.value !== 'string') {
    const message = 'the pattern of matches() must be a string literal, so that it can be vetted here'
    return refuse(checking, patternNode, message, 'write the pattern in quotes')
  }
  const pattern = compilePattern(patternNode.value)
  if ('refused' in pattern) {
    const remedy = 'write a pattern in RE2 syntax (no lookaround, no backreferences)'
    return refuse(checking, patternNode, pattern.refused, remedy)
  }
  return value.kind === 'invalid' ? INVALID : fold({kind: 'matches', type: 'bool', value, pattern})
}

function checkSpan(checking: Checking, node: CallNode, name: SpanName, names: Names): Term {
  const [from, to] = node.args
  if (from === undefined || to === undefined || node.args.length !== 2) {
    return refuse(
      checking,
      node,
      `${name}() takes two events`,
      `write ${name}(a, b) with the names of events`,
    )
  }
  const sources = [from, to].map((each) => spanEnd(checking, each, name, names))
  const [start, end] = sources
  if (start === undefined || end === undefined) return INVALID
  return {kind: 'span', type: 'double', name, from: start, to: end}
}

/** One of the two events; undefined (reported) if it is none, or has not what the function needs. */
function spanEnd(checking: Checking, node: Node, name: SpanName, names: Names): Source | undefined {
  const event = eventNamed(checking, node, names)
  if (event === 'refused') return undefined
  if (event === undefined) {
    if (node.op === 'name' && !names.variables.has(node.name)) checking.check(node, names)
    else {
      const remedy = `name an event, such as ${[...checking.scope.events.keys()][0] ?? 'location'}`
      refuse(checking, node, `${name}() takes the names of events, not values`, remedy)
    }
    return undefined
  }
  const {source, fieldTypes} = event
  if (name === 'seconds_between') {
    if (source.kind === 'merchant') {
      const remedy = 'name two events, or location'
      refuse(checking, node, 'the merchant is a profile and has no time of its own', remedy)
      return undefined
    }
    checking.uses.source(source)
    return source
  }
  for (const coordinate of ['lat', 'lon']) {
    const type = fieldTypes.get(coordinate) ?? 'dyn'
    if (type !== 'double' && type !== 'dyn') {
      const message = `${source.stream} have no position: ${coordinate} is ${describe(type)}`
      refuse(checking, node, message, 'name an event with lat and lon in degrees')
      return undefined
    }
    checking.uses.field(source, coordinate)
  }
  return source
}

/** A function of the table. */
function checkFunction(checking: Checking, node: CallNode | MethodNode, names: Names): Term {
  const isMethod = node.op === 'method'
  const overloads = FUNCTIONS.filter(({name, method}) => name === node.name && method === isMethod)
  const argumentNodes = isMethod ? [node.target, ...node.args] : node.args
  if (overloads.length === 0) return refuseUnknownFunction(checking, node)
  const args = argumentNodes.map((each) => checking.check(each, names))
  if (args.some(({kind}) => kind === 'invalid')) return INVALID
  const entry = overloadFor(overloads, args)
  if (entry === undefined) {
    const given = args.map(({type}) => describe(type)).join(' and ')
    const message = `${node.name}() is not defined for ${given === '' ? 'no argument' : given}`
    return refuse(checking, node, message, `write ${overloads.map(signature).join(' or ')}`)
  }
  const typed = args.map((arg, index) => {
    return asType(checking, arg, entry.parameters[index]!, argumentNodes[index]!, signature(entry))
  })
  if (typed.some(({kind}) => kind === 'invalid')) return INVALID
  const term = fold({kind: 'call', type: entry.result, entry, args: typed})
  if (term.kind === 'constant' && term.value === undefined) {
    const example = EXAMPLES[node.name] ?? signature(entry)
    return refuse(checking, node, `${checking.text(node)} has no value`, `write it like ${example}`)
  }
  return term
}

const EXAMPLES: Readonly<Record<string, string>> = {
  timestamp: "timestamp('2026-01-01T00:00:00Z')",
  duration: "duration('15m')",
  double: "double('2.5')",
  int: "int('2')",
}

/** The overload with exactly these types, else the only one that values of unknown type may fit. */
function overloadFor(overloads: readonly FunctionEntry[], args: readonly Term[]): FunctionEntry | undefined {
  const fits = (matches: (type: Term['type'], arg: Term) => boolean): FunctionEntry[] =>
    overloads.filter(({parameters}) => {
      return (
        parameters.length === args.length && parameters.every((type, index) => matches(type, args[index]!))
      )
    })
  const [exact] = fits((type, arg) => type === arg.type)
  if (exact !== undefined) return exact
  const possible = fits((type, arg) => type === arg.type || (arg.type === 'dyn' && canNarrow(type)))
  return possible.length === 1 ? possible[0] : undefined
}

function signature({name, method, parameters}: FunctionEntry): string {
  return method
    ? `${parameters[0]}.${name}(${parameters.slice(1).join(', ')})`
    : `${name}(${parameters.join(', ')})`
}

function refuseUnknownFunction(checking: Checking, node: CallNode | MethodNode): Term {
  const {name} = node
  const globals = [...GLOBAL_NAMES, ...SPAN_NAMES, ...AGGREGATE_NAMES, 'has', 'matches']
  const methods = [...METHOD_NAMES, ...COMPREHENSION_NAMES, 'matches']
  if (node.op === 'call' && methods.includes(name)) {
    return refuse(checking, node, `${name}() stands behind a value`, `write x.f.${name}(…)`)
  }
  if (node.op === 'method' && globals.includes(name)) {
    return refuse(checking, node, `${name}() does not stand behind a value`, `write ${name}(…)`)
  }
  const similar = closest(name, node.op === 'method' ? methods : globals)
  const remedy =
    similar === undefined ? 'use the functions of the rule language' : `did you mean ${similar}()?`
  return refuse(checking, node, `there is no function ${name}()`, remedy)
}
