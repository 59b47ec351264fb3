import type {IHeaders, KafkaMessage, Message} from 'kafkajs'
import {isDeadLetterReason} from '../../core/event/dead-letter.js'
import type {Refusal} from '../../core/event/decode.js'
import type {WallTime} from '../../core/event/time.js'
import type {IntakeRecord} from '../../engine/port/event-intake.js'
import type {InputRecord} from '../../engine/port/event-source.js'
import type {RecordQueue} from './record-queue.js'

/*
 * An input on a topic: the event's bytes as they came, its key, and what else is known of it as headers. Only records of
 * the intake topic, which producers do not write to, are believed about their stream and why they were refused.
 */

const STREAM = 'tripline-stream'
const REFUSAL = 'tripline-refusal'
const ATTEMPT = 'tripline-attempt'
const REPLY_TO = 'tripline-reply-to'
/** As every producer that traces writes it. */
const TRACEPARENT = 'traceparent'

/** The stream of a topic's record. */
export function streamOf(message: KafkaMessage | undefined, {input}: RecordQueue): string | undefined {
  return input.stream ?? textOf(message?.headers ?? {}, STREAM)
}

/** The record of a topic as the engine takes it, under the engine's own offset. */
export function toInputRecord(message: KafkaMessage, queue: RecordQueue, offset: number): InputRecord {
  const {headers = {}, value, timestamp} = message
  const {topic, stream} = queue.input
  const attempt = textOf(headers, ATTEMPT)
  return {
    stream: streamOf(message, queue),
    offset,
    ingestedAt: Number(timestamp) as WallTime,
    bytes: value ?? undefined,
    outcome: stream === undefined ? refusalOf(headers) : undefined,
    attempt: attempt === undefined ? undefined : Number(attempt) || 1,
    replyTo: textOf(headers, REPLY_TO),
    traceparent: textOf(headers, TRACEPARENT),
    origin: {topic, partition: queue.partition, offset: Number(message.offset)},
  }
}

/** An input as a record for its stream's topic or, where `isForIntake`, for that of the intake. */
export function toMessage(record: IntakeRecord, partition: number, isForIntake: boolean): Message {
  const {stream, bytes, refusal, ingestedAt, attempt, key, replyTo, traceparent} = record
  const headers: IHeaders = {}
  if (isForIntake && stream !== undefined) headers[STREAM] = stream
  if (refusal !== undefined) headers[REFUSAL] = JSON.stringify(refusal)
  if (attempt !== undefined) headers[ATTEMPT] = String(attempt)
  if (replyTo !== undefined) headers[REPLY_TO] = replyTo
  if (traceparent !== undefined) headers[TRACEPARENT] = traceparent
  return {
    key: key ?? null,
    // The sender may use its buffer again.
    value: bytes === undefined ? null : Buffer.from(bytes),
    headers,
    partition,
    timestamp: String(ingestedAt),
  }
}

function refusalOf(headers: IHeaders): Refusal | undefined {
  const text = textOf(headers, REFUSAL)
  if (text === undefined) return undefined
  const {reason, detail} = JSON.parse(text) as {readonly reason: unknown; readonly detail: unknown}
  return isDeadLetterReason(reason) && typeof detail === 'string' ? {reason, detail} : undefined
}

function textOf(headers: IHeaders, name: string): string | undefined {
  const value = headers[name]
  const first = Array.isArray(value) ? value[0] : value
  return first === undefined ? undefined : first.toString()
}
