import {type ASTNode, Environment, ParseError} from '@marcbachmann/cel-js'
import type {ExpressionFault, Span} from './fault.js'
import {Parentheses} from './parentheses.js'
import {explainParseError} from './parse-errors.js'
import type {ListNode, LiteralNode, Node} from './syntax.js'

/** Limits of one expression. A chain of && or || counts as one level, parentheses as none. */
export const MAX_TEXT_LENGTH = 4000
export const MAX_DEPTH = 50
export const MAX_NODES = 500

/** The library only parses. Its own limits are set where they protect its recursion; ours are the narrower ones. */
const parser = new Environment({
  limits: {
    maxAstNodes: 20_000,
    maxDepth: 250,
    maxListElements: 5000,
    maxMapEntries: 5000,
    maxCallArguments: 100,
  },
})

/** The tree of an expression, or why it has none. */
export function parseExpression(
  text: string,
): {readonly node: Node} | {readonly faults: readonly ExpressionFault[]} {
  if (text.length > MAX_TEXT_LENGTH) {
    const message = `the expression has ${text.length} characters; at most ${MAX_TEXT_LENGTH} are allowed`
    return {
      faults: [{start: 0, end: text.length, message, remedy: 'put long lists of values into a list file'}],
    }
  }
  let ast: ASTNode
  try {
    ast = parser.parse(text).ast
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return {faults: [explainParseError(error, text)]}
  }
  const translation = new Translation(text)
  const node = translation.node(ast, 1)
  return translation.faults.length > 0 ? {faults: translation.faults} : {node}
}

/** From the library's tree to ours. */
class Translation {
  readonly faults: ExpressionFault[] = []
  readonly #parentheses: Parentheses
  #nodes = 0
  #overLimit = false

  constructor(text: string) {
    this.#parentheses = new Parentheses(text)
  }

  node(ast: ASTNode, depth: number): Node {
    const span = this.#parentheses.balanced(ast)
    this.#nodes++
    if (depth > MAX_DEPTH) return this.#refuse(span, 'is nested too deeply', `at most ${MAX_DEPTH} levels`)
    if (this.#nodes > MAX_NODES) return this.#refuse(span, 'is too large', `at most ${MAX_NODES} parts`)
    const below = (child: ASTNode): Node => this.node(child, depth + 1)
    switch (ast.op) {
      case 'value':
        return this.#literal(ast.args, span)
      case 'id':
        return {op: 'name', name: ast.args, ...span}
      case '.':
        return {op: 'field', target: below(ast.args[0]), field: ast.args[1], ...span}
      case '[]':
        return {op: 'index', target: below(ast.args[0]), index: below(ast.args[1]), ...span}
      case 'call':
        return {op: 'call', name: ast.args[0], args: ast.args[1].map(below), ...span}
      case 'rcall': {
        const [name, target, args] = ast.args
        return {op: 'method', name, target: below(target), args: args.map(below), ...span}
      }
      case 'list':
        return {op: 'list', items: ast.args.map(below), ...span} satisfies ListNode
      case '?:': {
        const [test, yes, no] = ast.args
        return {op: 'conditional', test: below(test), yes: below(yes), no: below(no), ...span}
      }
      case '&&':
      case '||':
        return {op: ast.op === '&&' ? 'and' : 'or', parts: chain(ast, ast.op).map(below), ...span}
      case '!_':
        return {op: 'not', operand: below(ast.args), ...span}
      case '-_':
        return {op: 'negate', operand: below(ast.args), ...span}
      case 'in':
        return {op: 'in', left: below(ast.args[0]), right: below(ast.args[1]), ...span}
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
        return {
          op: 'comparison',
          operator: ast.op,
          left: below(ast.args[0]),
          right: below(ast.args[1]),
          ...span,
        }
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return {
          op: 'arithmetic',
          operator: ast.op,
          left: below(ast.args[0]),
          right: below(ast.args[1]),
          ...span,
        }
      default:
        return this.#unsupported(span, 'a map', 'compare the fields one by one')
    }
  }

  #literal(value: unknown, span: Span): Node {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') {
      return {op: 'literal', value, ...span}
    }
    if (value instanceof Uint8Array) return this.#unsupported(span, 'a bytes literal', 'write a string')
    // Integers come as bigint or as the library's object for `5u`.
    const number = Number(value)
    if (!Number.isFinite(number)) {
      const message = 'the number is larger than any number can be'
      this.faults.push({...span, message, remedy: 'write at most 1.7e308'})
    }
    return {op: 'literal', value: number, ...span}
  }

  #unsupported(span: Span, what: string, remedy: string): Node {
    this.faults.push({...span, message: `${what} is not supported`, remedy})
    return placeholder(span)
  }

  #refuse(span: Span, what: string, limit: string): Node {
    if (!this.#overLimit) {
      this.faults.push({...span, message: `the expression ${what}: ${limit}`, remedy: 'split the condition'})
    }
    this.#overLimit = true
    return placeholder(span)
  }
}

function placeholder(span: Span): LiteralNode {
  return {op: 'literal', value: false, ...span}
}

/** The parts of `a && b && c`, in the order of the text. Iterative: a chain can be long. */
function chain(ast: ASTNode, operator: '&&' | '||'): ASTNode[] {
  const parts: ASTNode[] = []
  const pending = [ast]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.op === operator) pending.push(next.args[1], next.args[0])
    else parts.push(next)
  }
  return parts
}
