import type {AcceptedEvent} from './shapes.js'
import {compareText} from './total-order.js'

/** CEL's error value: a missing field or join, null, NaN, a wrong type. It never throws. */
export const ERROR = Symbol('error')

export interface Timestamp {
  readonly timestampMs: number
}

export interface Duration {
  readonly durationMs: number
}

export interface Bound {
  readonly event: AcceptedEvent
}

/** What an expression can be. `plain` is an object inside an event (`tx.device`). */
export type Value =
  | typeof ERROR
  | number
  | string
  | boolean
  | Timestamp
  | Duration
  | Bound
  | {readonly plain: object}
  | {readonly list: readonly Value[]}

export function isTimestamp(value: Value): value is Timestamp {
  return typeof value === 'object' && 'timestampMs' in value
}

export function isDuration(value: Value): value is Duration {
  return typeof value === 'object' && 'durationMs' in value
}

export function isList(value: Value): value is {readonly list: readonly Value[]} {
  return typeof value === 'object' && 'list' in value
}

export function isBound(value: Value): value is Bound {
  return typeof value === 'object' && 'event' in value
}

/** A JSON value as an expression sees it: null is absent. */
export function fromJson(value: unknown): Value {
  switch (typeof value) {
    case 'number':
      return orError(value)
    case 'string':
    case 'boolean':
      return value
    case 'object':
      if (value === null) return ERROR
      return Array.isArray(value) ? {list: value.map(fromJson)} : {plain: value}
    default:
      return ERROR
  }
}

export function orError(result: number): Value {
  return Number.isNaN(result) ? ERROR : result
}

/** CEL's equality: values of different types are unequal; an error stays an error. */
export function equals(left: Value, right: Value): boolean | typeof ERROR {
  if (left === ERROR || right === ERROR) return ERROR
  if (isTimestamp(left) && isTimestamp(right)) return left.timestampMs === right.timestampMs
  if (isDuration(left) && isDuration(right)) return left.durationMs === right.durationMs
  if (isList(left) && isList(right)) {
    const pairs = left.list.map((item, index) => equals(item, right.list[index] ?? ERROR))
    if (left.list.length !== right.list.length) return false
    return pairs.includes(ERROR) ? ERROR : !pairs.includes(false)
  }
  if (typeof left === 'object' || typeof right === 'object') return ERROR
  return left === right
}

/** Negative, zero or positive; an error for types that have no common order. */
export function order(left: Value, right: Value): number | typeof ERROR {
  if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : Number(left > right)
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (typeof left !== 'object' || typeof right !== 'object') return ERROR
  if (isTimestamp(left) && isTimestamp(right)) return left.timestampMs - right.timestampMs
  if (isDuration(left) && isDuration(right)) return left.durationMs - right.durationMs
  return ERROR
}

export function arithmetic(operator: '+' | '-' | '*' | '/' | '%', left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const results = {
      '+': left + right,
      '-': left - right,
      '*': left * right,
      '/': left / right,
      '%': left % right,
    }
    return orError(results[operator])
  }
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right
  if (operator !== '+' && operator !== '-') return ERROR
  const sign = operator === '+' ? 1 : -1
  if (isTimestamp(left) && isDuration(right)) {
    return {timestampMs: left.timestampMs + sign * right.durationMs}
  }
  if (isDuration(left) && isDuration(right)) return {durationMs: left.durationMs + sign * right.durationMs}
  if (operator === '+' && isDuration(left) && isTimestamp(right)) return arithmetic('+', right, left)
  if (operator === '-' && isTimestamp(left) && isTimestamp(right)) {
    return {durationMs: left.timestampMs - right.timestampMs}
  }
  return ERROR
}
