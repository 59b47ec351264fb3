import type {StoredEvent} from '../event/stored-event.js'
import {type EventTime, formatTime, parseEventTime} from '../event/time.js'
import {cycle, dayOfYear, formatDuration, parseDuration} from './civil-time.js'
import {ERROR, FALSE, TRUE, type Truth} from './evaluation.js'
import {distanceKm, distanceMiles, haversineKm, secondsBetween, speedKmh} from './geography.js'
import {compareText} from './text-order.js'

/*
 * What generated code calls. A value that is an error is NaN for numbers and times, `undefined` for strings and
 * dyn; nothing here throws, whatever it is given.
 */

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const INTEGER = /^[+-]?\d+$/

/** A field whose name every object inherits, such as `constructor`. */
function own(event: StoredEvent | undefined, name: string): unknown {
  return event !== undefined && Object.hasOwn(event.fields, name) ? event.fields[name] : undefined
}

function property(target: unknown, name: string): unknown {
  if (typeof target !== 'object' || target === null || Array.isArray(target)) return undefined
  return Object.hasOwn(target, name) ? (target as Record<string, unknown>)[name] : undefined
}

function element(target: unknown, index: unknown): unknown {
  if (typeof index === 'string') return property(target, index)
  return Array.isArray(target) && typeof index === 'number' ? target[index] : undefined
}

/** A declared timestamp: epoch milliseconds, or the text that was received. */
function time(value: unknown): number {
  if (typeof value === 'number') return value
  return parseEventTime(value) ?? Number.NaN
}

/** Negative, 0 or positive; NaN where the two cannot be compared. */
function order(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  return Number.NaN
}

/** `+` of two values whose types are known at run time only. */
function add(a: unknown, b: unknown): number | string | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (typeof a === 'string' && typeof b === 'string') return a + b
  return undefined
}

/** Whether an array holds a value, or an object a key. */
function within(value: unknown, collection: unknown): Truth {
  if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean') return ERROR
  if (Number.isNaN(value)) return ERROR
  if (Array.isArray(collection)) return collection.includes(value) ? TRUE : FALSE
  if (typeof collection !== 'object' || collection === null || typeof value !== 'string') return ERROR
  return Object.hasOwn(collection, value) ? TRUE : FALSE
}

/** Characters (code points) of a string, elements of an array, entries of an object. */
function size(value: unknown): number {
  if (typeof value === 'string') return characters(value)
  if (typeof value !== 'object' || value === null) return Number.NaN
  return Array.isArray(value) ? value.length : Object.keys(value).length
}

function characters(text: string): number {
  let count = text.length
  for (let i = 1; i < text.length; i++) {
    const isPair = (text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800
    if (isPair) count--
  }
  return count
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : String(value)
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined
}

function timestampText(ms: number): string | undefined {
  const inCalendar = Number.isFinite(ms) && Math.abs(ms) <= 8.64e15
  return inCalendar ? formatTime(ms as EventTime) : undefined
}

function timestamp(value: string): number {
  return parseEventTime(value) ?? Number.NaN
}

function double(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : Number.NaN
}

function int(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : Number.NaN
  return typeof value === 'string' && INTEGER.test(value) ? Number(value) : Number.NaN
}

function lowerAscii(value: string): string {
  return value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function upperAscii(value: string): string {
  return value.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}

/** Under these names generated code finds them. */
export const RUNTIME = {
  own,
  property,
  element,
  time,
  order,
  add,
  within,
  size,
  characters,
  text,
  timestampText,
  timestamp,
  double,
  int,
  lowerAscii,
  upperAscii,
  compareText,
  cycle,
  dayOfYear,
  formatDuration,
  parseDuration,
  haversineKm,
  distanceKm,
  distanceMiles,
  secondsBetween,
  speedKmh,
} as const
