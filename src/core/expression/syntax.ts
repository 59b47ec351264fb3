import type {Span} from './fault.js'

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

/** An expression as it is written. Chains of && and || are one node, whatever their parentheses. */
export type Node =
  | LiteralNode
  | NameNode
  | FieldNode
  | IndexNode
  | CallNode
  | MethodNode
  | ListNode
  | ConditionalNode
  | LogicalNode
  | UnaryNode
  | ComparisonNode
  | ArithmeticNode
  | InNode

export interface LiteralNode extends Span {
  readonly op: 'literal'
  readonly value: number | string | boolean | null
}
export interface NameNode extends Span {
  readonly op: 'name'
  readonly name: string
}
/** `target.field` */
export interface FieldNode extends Span {
  readonly op: 'field'
  readonly target: Node
  readonly field: string
}
/** `target[index]` */
export interface IndexNode extends Span {
  readonly op: 'index'
  readonly target: Node
  readonly index: Node
}
/** `name(args)` */
export interface CallNode extends Span {
  readonly op: 'call'
  readonly name: string
  readonly args: readonly Node[]
}
/** `target.name(args)` */
export interface MethodNode extends Span {
  readonly op: 'method'
  readonly name: string
  readonly target: Node
  readonly args: readonly Node[]
}
export interface ListNode extends Span {
  readonly op: 'list'
  readonly items: readonly Node[]
}
/** `test ? yes : no` */
export interface ConditionalNode extends Span {
  readonly op: 'conditional'
  readonly test: Node
  readonly yes: Node
  readonly no: Node
}
export interface LogicalNode extends Span {
  readonly op: 'and' | 'or'
  readonly parts: readonly Node[]
}
export interface UnaryNode extends Span {
  readonly op: 'not' | 'negate'
  readonly operand: Node
}
interface Binary extends Span {
  readonly left: Node
  readonly right: Node
}
export interface ComparisonNode extends Binary {
  readonly op: 'comparison'
  readonly operator: ComparisonOperator
}
export interface ArithmeticNode extends Binary {
  readonly op: 'arithmetic'
  readonly operator: ArithmeticOperator
}
/** `left in right` */
export interface InNode extends Binary {
  readonly op: 'in'
}
