import {numberIsCardNumber} from './card-number.js'

/** Deeper than this, an event is refused: no honest producer nests so. */
export const MAX_DEPTH = 32

/** What one walk over an event finds. One object is reused: read it before the next walk. */
export interface Content {
  /** 53 bits that identify the content whatever the order of its fields; null fields do not count. */
  hash: number
  /** A JSON number that could be a card number was found in a field that is not exempt. */
  cardNumber: boolean
  /** A number beyond 2^53 was found: its digits as written can only be seen in the text. */
  inexactNumber: boolean
  /** The first thing that no event may hold, in words. */
  fault: string | undefined
}

const content: Content = {hash: 0, cardNumber: false, inexactNumber: false, fault: undefined}

/** Two independent 32-bit lanes; a field's hash is added, so that the order of fields does not matter. */
let low = 0
let high = 0

/**
 * Walks over all fields of an event but `event_time` and those in `leaveOut`.
 * `defaults` are the values of fields that count as present where they are missing; `time` is the event's time in ms.
 */
export function inspectContent(
  event: object,
  time: number,
  defaults: readonly (readonly [string, string])[],
  leaveOut: string | undefined,
  exempt: ReadonlySet<string>,
): Content {
  content.cardNumber = false
  content.inexactNumber = false
  content.fault = undefined
  const fields = event as Record<string, unknown>
  let sumLow = 0
  let sumHigh = 0
  for (const name in fields) {
    if (name === 'event_time' || name === leaveOut) continue
    const value = fields[name]
    if (value === null || value === undefined) continue
    if (isPrototypeKey(name, value)) content.fault = PROTOTYPE_KEY
    startField(name)
    addValue(value, 1, exempt.has(name), exempt)
    sumLow = (sumLow + low) | 0
    sumHigh = (sumHigh + high) | 0
  }
  for (const [name, value] of defaults) {
    if ((fields[name] ?? null) !== null) continue
    startField(name)
    addValue(value, 1, true, exempt)
    sumLow = (sumLow + low) | 0
    sumHigh = (sumHigh + high) | 0
  }
  startField('event_time')
  addNumber(time)
  sumLow = (sumLow + low) | 0
  sumHigh = (sumHigh + high) | 0
  content.hash = (sumHigh >>> 11) * 0x1_0000_0000 + (sumLow >>> 0)
  return content
}

const PROTOTYPE_KEY = 'a field may not be called __proto__ (nor constructor.prototype); rename it'
const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels; flatten the event`

function isPrototypeKey(name: string, value: unknown): boolean {
  if (name === '__proto__') return true
  return (
    name === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')
  )
}

function startField(name: string): void {
  low = 0x811c9dc5 | 0
  high = 0x1b873593
  addText(name)
}

function addCode(code: number): void {
  low = Math.imul(low ^ code, 0x01000193)
  high = Math.imul(high ^ code, 0x5bd1e995)
  high ^= high >>> 15
}

function addText(text: string): void {
  let a = low
  let b = high
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x5bd1e995)
    b ^= b >>> 15
  }
  low = a
  high = b
  addCode(0x110000 + text.length)
}

const float64 = new Float64Array(1)
const words = new Int32Array(float64.buffer)

function addNumber(value: number): void {
  float64[0] = value === 0 ? 0 : value
  addCode(words[0] as number)
  addCode(words[1] as number)
}

function addValue(value: unknown, depth: number, exempt: boolean, exemptNames: ReadonlySet<string>): void {
  if (typeof value === 'string') {
    addCode(0x110001)
    addText(value)
  } else if (typeof value === 'number') {
    if (!exempt && numberIsCardNumber(value)) content.cardNumber = true
    if (!exempt && Math.abs(value) > Number.MAX_SAFE_INTEGER) content.inexactNumber = true
    addCode(0x110002)
    addNumber(value)
  } else if (typeof value === 'boolean') {
    addCode(value ? 0x110003 : 0x110004)
  } else if (value === null) {
    addCode(0x110005)
  } else if (depth >= MAX_DEPTH) {
    content.fault = TOO_DEEP
  } else if (Array.isArray(value)) {
    addCode(0x110006)
    for (const item of value) addValue(item, depth + 1, exempt, exemptNames)
    addCode(0x110007)
  } else {
    addNested(value as Record<string, unknown>, depth, exempt, exemptNames)
  }
}

function addNested(
  fields: Record<string, unknown>,
  depth: number,
  exempt: boolean,
  exemptNames: ReadonlySet<string>,
): void {
  const outerLow = low
  const outerHigh = high
  let sumLow = 0
  let sumHigh = 0
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (isPrototypeKey(name, value)) content.fault = PROTOTYPE_KEY
    startField(name)
    addValue(value, depth + 1, exempt || exemptNames.has(name), exemptNames)
    sumLow = (sumLow + low) | 0
    sumHigh = (sumHigh + high) | 0
  }
  low = outerLow
  high = outerHigh
  addCode(0x110008)
  addCode(sumLow)
  addCode(sumHigh)
}
