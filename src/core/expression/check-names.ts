import {type Checking, canNarrow, describe, type Names, refuse, warn} from './checking.js'
import {fold} from './constant-folding.js'
import {asType} from './conversion.js'
import type {Span} from './fault.js'
import {type FieldTypes, LOCATION_STREAM, MERCHANT_STREAM} from './scope.js'
import {closest} from './suggest.js'
import type {FieldNode, IndexNode, InNode, NameNode, Node} from './syntax.js'
import {INVALID, type Source, sizeOf, type Term} from './term.js'

/** A name that stands for an event: where the event comes from, and what is known of its fields. */
export interface NamedEvent {
  readonly source: Source
  readonly fieldTypes: FieldTypes
}

const EVENT_TIME = 'event_time'

/** A name that stands alone, where a value is needed. */
export function checkName(checking: Checking, node: NameNode, names: Names): Term {
  const variable = names.variables.get(node.name)
  if (variable !== undefined) {
    // Elements that name a variable twice would double the code with every level of nesting.
    checking.remaining -= sizeOf(variable)
    return variable
  }
  const {name} = node
  const {scope} = checking
  if (scope.events.has(name)) {
    return refuse(
      checking,
      node,
      `${name} is an event, not a value`,
      `name one of its fields, such as ${name}.amount`,
    )
  }
  const remedies: Readonly<Record<string, string>> = {
    location: 'name one of its fields, such as location.lat',
    merchant: 'name one of its fields, such as merchant.risk',
    features: 'write features.<view>.<name>',
    lists: 'write … in lists.<name>',
  }
  const remedy = Object.hasOwn(remedies, name) ? remedies[name] : undefined
  if (remedy !== undefined) return refuse(checking, node, `${name} is not a value`, remedy)
  return refuseUnknownName(checking, node)
}

/**
 * The event that a node names; undefined if it is no name of one. Reports a join that is not available here:
 * then 'refused'.
 */
export function eventNamed(checking: Checking, node: Node, names: Names): NamedEvent | 'refused' | undefined {
  if (node.op !== 'name' || names.variables.has(node.name)) return undefined
  const {name} = node
  const {scope} = checking
  if (name === 'location' || name === 'merchant') {
    const join = scope[name]
    if ('unavailable' in join) {
      refuse(checking, node, `${name} is not available here: ${join.unavailable}`, `remove ${name}`)
      return 'refused'
    }
    const stream = name === 'location' ? LOCATION_STREAM : MERCHANT_STREAM
    return {source: {kind: name, slot: -1, stream}, fieldTypes: join.fieldTypes}
  }
  const event = scope.events.get(name)
  if (event === undefined) return undefined
  const {slot, stream, fieldTypes} = event
  const isGroup = event.group || scope.window === name
  if (names.aggregate === undefined || !isGroup) return {source: {kind: 'bound', slot, stream}, fieldTypes}
  const {aggregate} = names
  aggregate.group ??= {as: name, event}
  if (aggregate.group.as !== name) {
    const message = `${aggregate.name}() runs over ${aggregate.group.as} and cannot name ${name}, too`
    refuse(checking, node, message, 'name one group in an aggregate')
    return 'refused'
  }
  return {source: {kind: 'member', slot, stream}, fieldTypes}
}

/** `target.field`. The raw value of a field is dyn; a declared one is narrowed to its type. */
export function checkField(checking: Checking, node: FieldNode, names: Names): Term {
  const raw = checkRawField(checking, node, names)
  if (raw.kind !== 'field' && raw.kind !== 'feature') return raw
  const type = declaredType(checking, node, names, raw)
  if (type === undefined || type === 'dyn') return raw
  if (raw.kind === 'feature' && type === 'bool') return flagOf(raw)
  return {kind: 'narrow', type, operand: raw}
}

/** Like `checkField`, but as stored: what `has` asks for. */
export function checkRawField(checking: Checking, node: FieldNode, names: Names): Term {
  const {target, field} = node
  if (field === '__proto__')
    return refuse(checking, node, '__proto__ is no field', 'name a field of the data')
  const event = eventNamed(checking, target, names)
  if (event === 'refused') return INVALID
  if (event !== undefined) return fieldOf(checking, node, event)
  if (isRoot(target, 'features', names)) {
    return refuse(
      checking,
      node,
      `features.${field} is a view, not a value`,
      `write features.${field}.<name>`,
    )
  }
  if (target.op === 'field' && isRoot(target.target, 'features', names)) {
    return feature(checking, node, `${target.field}.${field}`)
  }
  if (isRoot(target, 'lists', names)) {
    const remedy = `write … in lists.${field}`
    return refuse(checking, node, `lists.${field} can only stand on the right of in`, remedy)
  }
  const object = checking.check(target, names)
  if (object.kind === 'invalid') return INVALID
  if (object.type === 'dyn') return {kind: 'property', type: 'dyn', target: object, name: field}
  const message = `${checking.text(target)} is ${describe(object.type)} and has no fields`
  return refuse(checking, node, message, 'remove the field name')
}

export function checkIndex(checking: Checking, node: IndexNode, names: Names): Term {
  const event = eventNamed(checking, node.target, names)
  if (event !== undefined) {
    const remedy = `write ${checking.text(node.target)}.<field>`
    return event === 'refused'
      ? INVALID
      : refuse(checking, node, 'fields of events are not read with [ ]', remedy)
  }
  const target = checking.check(node.target, names)
  const index = checking.check(node.index, names)
  if (target.kind === 'invalid' || index.kind === 'invalid') return INVALID
  if (index.kind === 'constant' && index.value === '__proto__') {
    return refuse(checking, node, '__proto__ is no field', 'name a field of the data')
  }
  if (index.type !== 'double' && index.type !== 'string' && index.type !== 'dyn') {
    return refuse(checking, node.index, `${describe(index.type)} is no index`, 'write a number or a string')
  }
  if (target.type !== 'list' && target.type !== 'dyn') {
    return refuse(checking, node, `${describe(target.type)} has no elements`, 'index a list')
  }
  return fold({kind: 'element', type: 'dyn', target, index})
}

function fieldOf(checking: Checking, node: FieldNode, {source, fieldTypes}: NamedEvent): Term {
  const {field} = node
  if (field === EVENT_TIME) {
    checking.uses.source(source)
    return {kind: 'time', type: 'timestamp', source}
  }
  checking.uses.field(source, field)
  if (!fieldTypes.has(field)) {
    const similar = closest(field, [...fieldTypes.keys(), EVENT_TIME])
    if (similar !== undefined) {
      const message = `${source.stream} have no declared field ${field}: did you mean \`${similar}\`?`
      warn(checking, node, message, `write ${checking.text(node.target)}.${similar}, or declare the field`)
    }
  }
  return {kind: 'field', type: 'dyn', source, field}
}

function declaredType(
  checking: Checking,
  node: FieldNode,
  names: Names,
  raw: Term,
): Term['type'] | undefined {
  if (raw.kind === 'feature') return checking.scope.features.get(raw.key)
  const event = eventNamed(checking, node.target, names)
  return typeof event === 'object' ? event.fieldTypes.get(node.field) : undefined
}

function feature(checking: Checking, node: FieldNode, key: string): Term {
  const {features} = checking.scope
  if (features.has(key)) {
    checking.uses.features.add(key)
    return {kind: 'feature', type: 'dyn', key}
  }
  const other = checking.scope.otherFeatures?.get(key)
  if (other !== undefined) return refuse(checking, node, other.message, other.remedy)
  const [view = '', name = ''] = key.split('.')
  const known = [...features.keys()]
  const inView = known.filter((each) => each.startsWith(`${view}.`))
  const isView = inView.length > 0
  const similar = closest(key, isView ? inView : known)
  const message = isView ? `the view ${view} has no feature ${name}` : `there is no feature view ${view}`
  const choices = isView ? inView : [...new Set(known.map((each) => each.split('.')[0]!))]
  return refuse(checking, node, message, remedyFor(similar && `features.${similar}`, choices))
}

/** Feature values are numbers, also the answers to yes-or-no questions. */
function flagOf(operand: Term): Term {
  const left = {kind: 'narrow', type: 'double', operand} as const
  const right = {kind: 'constant', type: 'double', value: 0} as const
  return {kind: 'compare', type: 'bool', operator: '!=', left, right}
}

/** The name of the list if a node says `lists.name`. */
export function namedListOf(node: Node): string | undefined {
  return node.op === 'field' && node.target.op === 'name' && node.target.name === 'lists'
    ? node.field
    : undefined
}

/** `value in lists.name` */
export function checkNamedList(checking: Checking, node: InNode, value: Term, name: string): Term {
  const {lists} = checking.scope
  const list = lists.get(name)
  if (list === undefined) {
    const similar = closest(name, lists.keys())
    const remedy = remedyFor(similar && `lists.${similar}`, [...lists.keys()])
    return refuse(checking, node.right, `there is no list ${name}`, remedy)
  }
  checking.uses.lists.add(name)
  if (list.expires) checking.uses.expiringLists = true
  if (value.kind === 'invalid') return INVALID
  const held = new Set([...list.entries.keys()].map(entryType))
  const isWrongType = value.type !== 'dyn' && held.size > 0 && !held.has(value.type)
  if (isWrongType || !canNarrow(value.type) || value.type === 'list') {
    const entries = [...held].map(describe).join(' or ')
    const message = `${checking.text(node.left)} is ${describe(value.type)}, an entry of lists.${name} ${entries}`
    return refuse(checking, node, message, 'convert the value, or write the entries with its type')
  }
  return {kind: 'in-list', type: 'bool', value: narrowedTo(checking, value, held, node.left), list}
}

/** A value of unknown type has the entries' type, if they have one. */
function narrowedTo(checking: Checking, value: Term, types: ReadonlySet<Term['type']>, span: Span): Term {
  const [only] = types
  const isClear = value.type === 'dyn' && types.size === 1 && only !== undefined
  return isClear ? asType(checking, value, only, span, '') : value
}

function entryType(entry: string | number | boolean): Term['type'] {
  return typeof entry === 'string' ? 'string' : typeof entry === 'number' ? 'double' : 'bool'
}

function isRoot(node: Node, name: 'features' | 'lists', names: Names): boolean {
  return node.op === 'name' && node.name === name && !names.variables.has(name)
}

export function refuseUnknownName(checking: Checking, node: NameNode): Term {
  const {events} = checking.scope
  const {name} = node
  const owner = [...events].find(([, {fieldTypes}]) => fieldTypes.has(name))
  const known = [...events.keys(), 'location', 'merchant', 'features', 'lists']
  const remedy =
    owner === undefined ? remedyFor(closest(name, known), [...events.keys()]) : `write ${owner[0]}.${name}`
  return refuse(checking, node, `the name ${name} is not known here`, remedy)
}

/** "did you mean …", or the choices there are. */
export function remedyFor(similar: string | undefined, choices: readonly string[]): string {
  if (similar) return `did you mean ${similar}?`
  const shown = choices.slice(0, 10).join(', ')
  return choices.length === 0 ? 'there is none to choose from' : `choose from: ${shown}`
}
