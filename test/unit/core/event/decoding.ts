import type {DeadLetterReason} from '../../../../src/core/event/dead-letter.js'
import {compileDecode, type DecodedEvent, isRefusal, type Refusal} from '../../../../src/core/event/decode.js'
import type {DeclaredStream} from '../../../../src/core/event/schemas.js'
import {streamsWith} from '../../../../src/core/event/stream.js'

export interface DecodingOptions {
  readonly panExempt?: readonly string[]
  readonly declared?: readonly DeclaredStream[]
}

/** A transaction with nothing but what is required. */
export const TRANSACTION = {
  transaction_id: 't1',
  user_id: 'u1',
  amount: 12.5,
  event_time: '2026-01-01T00:00:00.000Z',
}
export const LOCATION = {user_id: 'u1', lat: 40.71, lon: -74, event_time: '2026-01-01T00:00:00.000Z'}
export const MERCHANT = {merchant_id: 'm1', event_time: '2026-01-01T00:00:00.000Z'}
export const FEEDBACK = {
  feedback_id: 'f1',
  user_id: 'u1',
  verdict: 'fraud',
  transaction_id: 't1',
  event_time: '2026-01-01T00:00:00.000Z',
}

/** Decodes an event, given as JSON text or as what the text parses to. */
export function decoded(
  stream: string | undefined,
  event: unknown,
  {panExempt = [], declared = []}: DecodingOptions = {},
): DecodedEvent | Refusal {
  const text = typeof event === 'string' ? event : JSON.stringify(event)
  const decode = compileDecode({
    streams: streamsWith(declared),
    eventLimit: 262_144,
    panExempt: new Set(panExempt),
  })
  return decode(stream, JSON.parse(text), text)
}

/** An event that passes every check; fails otherwise. */
export function accepted(stream: string, event: unknown, options?: DecodingOptions): DecodedEvent {
  const outcome = decoded(stream, event, options)
  if (isRefusal(outcome)) throw new Error(`${outcome.reason}: ${outcome.detail}`)
  return outcome
}

/** Why an event is refused; `undefined` if it is not. */
export function reasonOf(
  stream: string | undefined,
  event: unknown,
  options?: DecodingOptions,
): DeadLetterReason | undefined {
  const outcome = decoded(stream, event, options)
  return isRefusal(outcome) ? outcome.reason : undefined
}

/** What is said about an event that is refused; fails if it is not. */
export function detailOf(stream: string | undefined, event: unknown): string {
  const outcome = decoded(stream, event)
  if (!isRefusal(outcome)) throw new Error('the event was accepted')
  return outcome.detail
}
