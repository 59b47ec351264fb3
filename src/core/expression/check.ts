import {checkCall} from './check-calls.js'
import {checkField, checkIndex, checkName} from './check-names.js'
import {checkArithmetic, checkComparison, checkIn} from './check-operators.js'
import {type Checking, describe, MAX_WRITTEN_OUT, type Names, NO_NAMES, refuse} from './checking.js'
import {fold} from './constant-folding.js'
import {asCondition, asType} from './conversion.js'
import type {ExpressionFault, Span} from './fault.js'
import type {Scope} from './scope.js'
import type {ConditionalNode, ListNode, LiteralNode, Node} from './syntax.js'
import {INVALID, type Term} from './term.js'
import {Uses} from './uses.js'

/** What the check of a condition found. The parts are the top-level && parts, in order, each of type bool. */
export interface Checked {
  readonly parts: readonly {readonly node: Node; readonly term: Term}[]
  readonly uses: Uses
  readonly faults: readonly ExpressionFault[]
  readonly warnings: readonly ExpressionFault[]
  /** Parts of chains that always say the same. */
  readonly constantParts: readonly ExpressionFault[]
}

const CONSTANT_REMEDY = 'remove it, or compare a field of an event'

/** Resolves the names and checks the types of a condition. Reports everything that is wrong, not just the first. */
export function checkCondition(condition: Node, text: string, scope: Scope): Checked {
  const checking = newChecking(text, scope)
  const nodes = conjuncts(condition)
  const terms = checkParts(checking, nodes, NO_NAMES)
  const parts = nodes.map((node, index) => ({node, term: terms[index]!}))
  return {parts, ...found(checking)}
}

/** The same for an expression of any type. */
export function checkValue(node: Node, text: string, scope: Scope): Omit<Checked, 'parts'> & {term: Term} {
  const checking = newChecking(text, scope)
  const term = check(checking, node, NO_NAMES)
  return {term, ...found(checking)}
}

function newChecking(text: string, scope: Scope): Checking {
  const checking: Checking = {
    scope,
    uses: new Uses(),
    faults: [],
    warnings: [],
    constantParts: [],
    remaining: MAX_WRITTEN_OUT,
    check: (node, names) => check(checking, node, names),
    text: ({start, end}) => text.slice(start, end),
  }
  return checking
}

function found({uses, faults, warnings, constantParts}: Checking): Omit<Checked, 'parts'> {
  const inOrder = (a: ExpressionFault, b: ExpressionFault): number => a.start - b.start || a.end - b.end
  return {uses, faults: faults.toSorted(inOrder), warnings: warnings.toSorted(inOrder), constantParts}
}

/** Once: what comes after the limit would only repeat it. */
function refuseTooLarge(checking: Checking, node: Node): Term {
  const message = 'the nested comprehensions are too large'
  if (checking.faults.some((fault) => fault.message === message)) return INVALID
  const remedy = `shorten the lists: all elements together may need ${MAX_WRITTEN_OUT} steps`
  return refuse(checking, node, message, remedy)
}

function conjuncts(node: Node): readonly Node[] {
  return node.op === 'and' ? node.parts : [node]
}

function check(checking: Checking, node: Node, names: Names): Term {
  if (checking.remaining-- <= 0) return refuseTooLarge(checking, node)
  switch (node.op) {
    case 'literal':
      return checkLiteral(checking, node)
    case 'name':
      return checkName(checking, node, names)
    case 'field':
      return checkField(checking, node, names)
    case 'index':
      return checkIndex(checking, node, names)
    case 'call':
    case 'method':
      return checkCall(checking, node, names)
    case 'list':
      return checkList(checking, node, names)
    case 'conditional':
      return checkConditional(checking, node, names)
    case 'and':
    case 'or': {
      const parts = checkParts(checking, node.parts, names)
      if (parts.some(({kind}) => kind === 'invalid')) return INVALID
      return fold({kind: node.op, type: 'bool', parts})
    }
    case 'not': {
      const operand = asCondition(checking, checking.check(node.operand, names), node.operand)
      return operand.kind === 'invalid' ? INVALID : fold({kind: 'not', type: 'bool', operand})
    }
    case 'negate': {
      const value = checking.check(node.operand, names)
      const operand = asType(checking, value, 'double', node.operand, 'the minus sign takes a number')
      if (operand.kind === 'constant' && typeof operand.value === 'number') {
        return {...operand, value: -operand.value}
      }
      return operand.kind === 'invalid' ? INVALID : fold({kind: 'negate', type: 'double', operand})
    }
    case 'comparison':
      return checkComparison(checking, node, names)
    case 'arithmetic':
      return checkArithmetic(checking, node, names)
    case 'in':
      return checkIn(checking, node, names)
  }
}

/** The parts of a chain. One that always says the same is hardly what was meant, unless it is plainly `true`. */
function checkParts(checking: Checking, nodes: readonly Node[], names: Names): readonly Term[] {
  return nodes.map((node) => {
    const term = asCondition(checking, checking.check(node, names), node)
    // An element of a comprehension that is written out may well decide; the whole is looked at outside of it.
    const isSuspect = term.kind === 'constant' && node.op !== 'literal' && names.variables.size === 0
    if (isSuspect && !checking.constantParts.some((part) => isWithin(part, node))) {
      const message = `${checking.text(node)} is always ${term.value ?? 'an error'}`
      const {start, end} = node
      checking.constantParts.push({start, end, message, remedy: CONSTANT_REMEDY})
    }
    return term
  })
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end
}

function checkLiteral(checking: Checking, node: LiteralNode): Term {
  const {value} = node
  switch (typeof value) {
    case 'number':
      return {kind: 'constant', type: 'double', value}
    case 'string':
      return {kind: 'constant', type: 'string', value}
    case 'boolean':
      return {kind: 'constant', type: 'bool', value}
    default:
      return refuse(checking, node, 'null is not a value here', 'ask for a missing field with !has(x.f)')
  }
}

function checkList(checking: Checking, node: ListNode, names: Names): Term {
  const terms = node.items.map((item) => checking.check(item, names))
  if (terms.some(({kind}) => kind === 'invalid')) return INVALID
  const typed = terms.find(({type}) => type !== 'dyn')
  for (const [index, term] of terms.entries()) {
    if (term.type === 'dyn' || typed === undefined || term.type === typed.type) continue
    const message = `the list mixes ${describe(typed.type)} and ${describe(term.type)}`
    return refuse(checking, node.items[index]!, message, 'write all elements with one type')
  }
  return {kind: 'list', type: 'list', items: terms.map((term) => ({term}))}
}

function checkConditional(checking: Checking, node: ConditionalNode, names: Names): Term {
  const test = asCondition(checking, checking.check(node.test, names), node.test)
  const yes = checking.check(node.yes, names)
  const no = checking.check(node.no, names)
  if (test.kind === 'invalid' || yes.kind === 'invalid' || no.kind === 'invalid') return INVALID
  if (yes.type !== no.type && yes.type !== 'dyn' && no.type !== 'dyn') {
    const message = `the two branches are ${describe(yes.type)} and ${describe(no.type)}`
    return refuse(checking, node, message, 'give both branches of ?: one type')
  }
  const type = yes.type === no.type ? yes.type : 'dyn'
  const branches = {
    yes: asType(checking, yes, type, node.yes, ''),
    no: asType(checking, no, type, node.no, ''),
  }
  if (branches.yes.kind === 'invalid' || branches.no.kind === 'invalid') return INVALID
  return fold({kind: 'conditional', type, test, ...branches})
}
