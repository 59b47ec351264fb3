import {createHash} from 'node:crypto'
import type {AcceptedEvent, StreamName} from './shapes.js'
import {instantMs} from './spelled-time.js'

type Check = (value: unknown) => boolean

interface Field {
  readonly required: boolean
  /** An optional id may be empty: it is then absent. */
  readonly isId: boolean
  readonly valid: Check
  readonly otherwise?: unknown
}

const text: Check = (value) => typeof value === 'string'
const filled: Check = (value) => typeof value === 'string' && value !== ''
const currency: Check = (value) => typeof value === 'string' && /^[A-Z]{3}$/.test(value)
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value)
const number =
  (low: number, high: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high
const instant: Check = (value) => instantMs(value) !== null

const must = (valid: Check, isId = false): Field => ({required: true, isId, valid})
const may = (valid: Check, otherwise?: unknown): Field => ({required: false, isId: false, valid, otherwise})
const mayId: Field = {required: false, isId: true, valid: text}
const latitude = number(-90, 90)
const longitude = number(-180, 180)
const anyNumber = number(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)

const FIELDS: Readonly<Record<StreamName, Readonly<Record<string, Field>>>> = {
  transactions: {
    transaction_id: must(filled, true),
    user_id: must(filled, true),
    amount: must(number(0, Number.POSITIVE_INFINITY)),
    event_time: must(instant),
    type: may(oneOf('purchase', 'withdrawal', 'transfer', 'payout', 'refund', 'topup'), 'purchase'),
    counterparty_id: mayId,
    card_id: mayId,
    merchant_id: mayId,
    currency: may(currency, 'USD'),
    channel: may(text),
    mcc: may(text),
    country: may(text),
    lat: may(latitude),
    lon: may(longitude),
    device_id: mayId,
    ip: may(text),
    auth_result: may(oneOf('approved', 'declined')),
  },
  locations: {
    user_id: must(filled, true),
    lat: must(latitude),
    lon: must(longitude),
    event_time: must(instant),
    location_id: mayId,
    accuracy_m: may(anyNumber),
    source: may(text),
  },
  merchants: {
    merchant_id: must(filled, true),
    event_time: must(instant),
    name: may(text),
    mcc: may(text),
    country: may(text),
    lat: may(latitude),
    lon: may(longitude),
    risk: may(number(0, 1)),
    status: may(text),
  },
  feedback: {
    feedback_id: must(filled, true),
    user_id: mayId,
    verdict: must(oneOf('fraud', 'legitimate', 'inconclusive')),
    event_time: must(instant),
    transaction_id: mayId,
    alert_id: mayId,
    reviewer: may(text),
    note: may(text),
    source: may(oneOf('review', 'chargeback', 'customer')),
  },
}

/** Object levels that an event may have, itself the first. */
const MAX_LEVELS = 32

/** The event as rules see it, or why it is refused. */
export function readEvent(stream: StreamName, raw: unknown): AcceptedEvent | 'bad_schema' | 'unroutable' {
  if (!isObject(raw) || hasForbiddenShape(raw)) return 'bad_schema'
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(raw)) {
    const isEmptyId = value === '' && FIELDS[stream][name]?.isId === true
    if (value !== null && !isEmptyId) fields[name] = value
  }
  for (const [name, field] of Object.entries(FIELDS[stream])) {
    if (!Object.hasOwn(fields, name)) {
      if (field.required) return 'bad_schema'
      if (field.otherwise !== undefined) fields[name] = field.otherwise
    } else if (!field.valid(fields[name])) return 'bad_schema'
  }
  if (stream === 'feedback') {
    if (!Object.hasOwn(fields, 'transaction_id') && !Object.hasOwn(fields, 'alert_id')) return 'bad_schema'
    if (!Object.hasOwn(fields, 'user_id')) return 'unroutable'
  }
  const time = instantMs(fields['event_time']) as number
  // Derived, or spelled in two ways: neither is part of the content.
  if (stream === 'transactions') delete fields['amount_usd']
  delete fields['event_time']
  return {stream, id: eventId(stream, fields, time), time, fields}
}

function eventId(stream: StreamName, fields: Readonly<Record<string, unknown>>, time: number): string {
  switch (stream) {
    case 'transactions':
      return fields['transaction_id'] as string
    case 'feedback':
      return fields['feedback_id'] as string
    case 'merchants':
      return JSON.stringify([fields['merchant_id'], time])
    case 'locations':
      return (fields['location_id'] as string | undefined) ?? derivedLocationId(fields, time)
  }
}

function derivedLocationId(fields: Readonly<Record<string, unknown>>, time: number): string {
  const content = JSON.stringify([fields['user_id'], time, fields['lat'], fields['lon']])
  return createHash('sha256').update(content, 'utf8').digest('hex').slice(0, 32)
}

/** `__proto__` anywhere, `constructor` that holds `prototype`, or too many levels. Without recursion. */
function hasForbiddenShape(event: object): boolean {
  const pending: {readonly value: object; readonly level: number}[] = [{value: event, level: 1}]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.level > MAX_LEVELS) return true
    for (const [name, value] of Object.entries(next.value)) {
      const isMember = !Array.isArray(next.value)
      if (isMember && name === '__proto__') return true
      if (typeof value !== 'object' || value === null) continue
      if (isMember && name === 'constructor' && Object.hasOwn(value, 'prototype')) return true
      pending.push({value, level: next.level + 1})
    }
  }
  return false
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
