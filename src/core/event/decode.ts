import {
  mayHoldCardNumber,
  numberIsCardNumber,
  rawTextHoldsCardNumber,
  textHoldsCardNumber,
} from './card-number.js'
import type {DeadLetterReason} from './dead-letter.js'
import {hidesCardNumber} from './hidden-card-number.js'
import {Inspection} from './inspection.js'
import {misfitOf} from './misfit.js'
import {FEEDBACK, type Stream, type WireEvent} from './stream.js'
import {type EventTime, parseEventTime} from './time.js'

/** An event that passed every check that needs nothing but the event itself. */
export interface DecodedEvent {
  readonly stream: Stream
  readonly key: string
  readonly id: string
  readonly time: EventTime
  readonly wire: WireEvent
  readonly contentHash: number
}

/** Why an input is no event. */
export interface Refusal {
  readonly reason: DeadLetterReason
  readonly detail: string
}

export interface DecodeSettings {
  readonly streams: ReadonlyMap<string, Stream>
  /** Longest record in bytes. */
  readonly eventLimit: number
  /** Names of fields whose numbers may look like card numbers. */
  readonly panExempt: ReadonlySet<string>
}

/**
 * `value` is the parsed event, `text` the text that holds it, `whole` what the text was parsed to where that is more
 * than the event: no part of it may hold a card number.
 */
export type Decode = (
  streamName: string | undefined,
  value: unknown,
  text: string,
  whole?: unknown,
) => DecodedEvent | Refusal

export function isRefusal(outcome: DecodedEvent | Refusal): outcome is Refusal {
  return 'reason' in outcome
}

/** JSON.parse that answers with a refusal instead of an exception. */
export function parseJson(text: string): {readonly value: unknown} | Refusal {
  try {
    return {value: JSON.parse(text)}
  } catch {
    // The parser's own message quotes the input, which may hold a card number.
    return {reason: 'bad_json', detail: `not JSON (${text.length} characters); send one JSON object`}
  }
}

/** The checks of one event, in the contract's order after size and JSON: stream, card number, schema. */
export function compileDecode(settings: DecodeSettings): Decode {
  const inspections = new Map<string, Inspection>()
  for (const stream of settings.streams.values()) {
    inspections.set(stream.name, new Inspection(stream, settings.panExempt))
  }
  const known = [...settings.streams.keys()].sort().join(', ')

  return (streamName, value, text, whole = value) => {
    const stream = streamName === undefined ? undefined : settings.streams.get(streamName)
    if (stream === undefined) {
      const named =
        streamName === undefined ? 'no stream is named' : `no stream is called ${quoteName(streamName)}`
      return {reason: 'unknown_stream', detail: `${named}; known are ${known}`}
    }
    const suspicious = mayHoldCardNumber(text) || text.includes('\\u')
    if (suspicious && valueHoldsCardNumber(whole, settings.panExempt)) return CARD_NUMBER
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      return {reason: 'bad_schema', detail: 'the event is not a JSON object'}
    }
    const wire = value as Record<string, unknown>
    const time = parseEventTime(wire.event_time)
    const inspection = inspections.get(stream.name) as Inspection
    const contentHash = inspection.inspect(wire, time ?? 0)
    const {fits, cardNumber, inexactNumber, fault} = inspection
    if (cardNumber || (inexactNumber && textHoldsCardNumber(text))) return CARD_NUMBER
    const misfit = (fits && time !== undefined ? undefined : misfitOf(stream, wire)) ?? fault
    if (misfit !== undefined) return {reason: 'bad_schema', detail: misfit}
    if (time === undefined) return BAD_TIME
    if (stream.name === FEEDBACK) {
      if (!wire.transaction_id && !wire.alert_id) return NO_SUBJECT
      if (!wire.user_id) return UNROUTABLE
    }
    if (suspicious && hidesCardNumber(text, whole)) return HIDDEN_CARD_NUMBER
    return {
      stream,
      key: wire[stream.keyField] as string,
      id: stream.idOf(wire, time),
      time,
      wire,
      contentHash,
    }
  }
}

/** The raw bytes that a dead letter may keep, in base64: none if they hold a card number, exempt or not. */
export function rawForDeadLetter(bytes: Uint8Array, text: string): string | null {
  if (rawTextHoldsCardNumber(text)) return null
  const parsed = parseJson(text)
  // A number such as 4.111111111111111e15 shows its digits only once it is parsed.
  if (!('reason' in parsed) && valueHoldsCardNumber(parsed.value, NO_EXEMPTIONS)) return null
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

const NO_EXEMPTIONS: ReadonlySet<string> = new Set()

const CARD_NUMBER: Refusal = {
  reason: 'looks_like_pan',
  detail:
    'a field holds what looks like a card number; send a token, or exempt the field (pan_exempt) with a reason',
}
const HIDDEN_CARD_NUMBER: Refusal = {
  reason: 'looks_like_pan',
  detail:
    'a name is given twice, and the value that does not count looks like a card number; send each name once, and a token',
}
const UNROUTABLE: Refusal = {
  reason: 'unroutable',
  detail:
    'user_id is missing, so the feedback belongs to no partition; add it, or use the feedback API, which fills it in',
}
const BAD_TIME: Refusal = {
  reason: 'bad_schema',
  detail:
    'event_time: expected RFC 3339 such as 2026-01-31T12:00:00.000Z or integer epoch milliseconds, years 1 to 9999',
}
const NO_SUBJECT: Refusal = {
  reason: 'bad_schema',
  detail: 'transaction_id or alert_id: one of them must say what the verdict is about',
}

function valueHoldsCardNumber(value: unknown, exempt: ReadonlySet<string>): boolean {
  const pending: unknown[] = [value]
  while (pending.length > 0) {
    const next = pending.pop()
    if (typeof next === 'string') {
      if (textHoldsCardNumber(next)) return true
    } else if (typeof next === 'number') {
      if (numberIsCardNumber(next)) return true
    } else if (Array.isArray(next)) {
      for (const item of next) pending.push(item)
    } else if (typeof next === 'object' && next !== null) {
      for (const [name, inner] of Object.entries(next)) {
        if (textHoldsCardNumber(name)) return true
        if (!exempt.has(name)) pending.push(inner)
      }
    }
  }
  return false
}

function quoteName(name: string): string {
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name
  return textHoldsCardNumber(name) ? 'that' : JSON.stringify(shown)
}
