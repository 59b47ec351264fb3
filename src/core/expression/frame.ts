import type {ValueType} from './scope.js'
import type {ConstantTerm, Source} from './term.js'

/** What all functions generated for one expression share. */
export class Program {
  readonly constants: unknown[] = []
  readonly functions: string[] = []

  /** The name under which the code finds a value that is no literal. */
  constant(value: unknown): string {
    return `c${this.constants.push(value) - 1}`
  }
}

/** One function while its code is being written. */
export interface Frame {
  readonly program: Program
  /** The function takes the one event of the expression, not an evaluation. */
  readonly single: boolean
  /** Names of its variables. */
  readonly variables: string[]
  /** Names of the events that it reads → how it finds them. */
  readonly events: Map<string, string>
}

export function newFrame(program: Program, single: boolean): Frame {
  return {program, single, variables: [], events: new Map()}
}

/** Code that evaluates an expression and keeps its value, and code that reads it again. */
export interface Held {
  readonly first: string
  readonly again: string
}

export function held(code: string, frame: Frame): Held {
  const variable = `t${frame.variables.length}`
  frame.variables.push(variable)
  return {first: `(${variable} = ${code})`, again: variable}
}

/** The variable that holds an event; `undefined` in it says: missing. */
export function sourceCode(source: Source, frame: Frame): string {
  if (source.kind === 'member') return 'm'
  if (frame.single) return 'x'
  const [variable, code] =
    source.kind === 'bound'
      ? [`b${source.slot}`, `e.bound[${source.slot}]`]
      : [source.kind, `e.${source.kind}`]
  frame.events.set(variable, code)
  return variable
}

/** The declarations that the body of a frame needs. Call when the body is complete. */
export function declarations(frame: Frame): string {
  const events = [...frame.events].map(([variable, code]) => `const ${variable} = ${code};\n`).join('')
  return frame.variables.length === 0 ? events : `${events}let ${frame.variables.join(', ')};\n`
}

/** The error value of each type. */
const ERRORS: Readonly<Record<ValueType, string>> = {
  double: 'NaN',
  timestamp: 'NaN',
  duration: 'NaN',
  string: 'undefined',
  list: 'undefined',
  dyn: 'undefined',
  bool: '-1',
}

/** Code for the error value of a type. */
export function errorCode(type: ValueType): string {
  return ERRORS[type]
}

/** Code that says whether a held value is the error value of its type. Evaluates the value. */
export function isErrorCode(type: ValueType, {first, again}: Held): string {
  switch (type) {
    case 'double':
    case 'timestamp':
    case 'duration':
      return `${first} !== ${again}`
    case 'bool':
      return `${first} < 0`
    case 'dyn':
      return `(${first} === undefined || ${again} === null || ${again} !== ${again})`
    default:
      return `${first} === undefined`
  }
}

/** A literal. Text of a rule enters the code here and as keys only, as JSON. */
export function constantCode({type, value}: ConstantTerm): string {
  if (value === undefined) return ERRORS[type]
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'boolean') return type === 'bool' ? String(Number(value)) : String(value)
  return Object.is(value, -0) ? '(-0)' : `(${value})`
}
