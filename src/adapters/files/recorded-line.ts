import {type Activation, CONTROL_STREAM, encodeActivation, encodeEnd} from '../../core/bundle/activation.js'
import {parseJson, type Refusal} from '../../core/event/decode.js'
import {type EventTime, formatTime, type WallTime} from '../../core/event/time.js'
import {encodeTombstone, type Tombstone} from '../../core/forgetting/tombstone.js'
import type {InputRecord} from '../../engine/port/event-source.js'
import {erasedPart} from './erased-line.js'

const utf8 = new TextDecoder()

/**
 * An input of the log as a line of a recording: what it was, when it came, and its event in the words in which it was
 * sent. Of one whose bytes were not kept, or are no JSON, it tells why it was refused. `eventLimit`: in bytes.
 */
export function recordedLine(
  {stream, bytes, ingestedAt, outcome, erased}: InputRecord,
  partition: number,
  eventLimit: number,
): string {
  const text = bytes === undefined ? undefined : utf8.decode(bytes)
  const refused = refusalOf(text, bytes?.length ?? 0, outcome, eventLimit)
  const named = stream === undefined ? '' : `"stream":${JSON.stringify(stream)},`
  const told = `"arrival_time":"${formatTime(ingestedAt)}","partition":${partition}`
  if (erased !== undefined) return `{${named}"erased":${erasedPart(erased)},${told}}`
  if (refused !== undefined) return `{${named}"refused":${JSON.stringify(refused)},${told}}`
  // Between the parts of JSON a line break means as much as a space.
  return `{${named}${told},"event":${(text as string).replace(/[\r\n]/g, ' ')}}`
}

/** An activation as a line of a recording, with how far deadlines were resolved before it. */
export function activationLine(activation: Activation, partition: number): string {
  return controlLine(encodeActivation(activation), activation.at, partition)
}

/** A tombstone as a line of a recording. */
export function tombstoneLine(tombstone: Tombstone, at: WallTime, partition: number): string {
  return controlLine(encodeTombstone(tombstone), at, partition)
}

/** The last line of a recording: how far deadlines were resolved; null if none were. */
export function endLine(resolvedUpTo: EventTime | null, at: WallTime, partition: number): string {
  return controlLine(encodeEnd(resolvedUpTo), at, partition)
}

function controlLine(event: string, at: WallTime, partition: number): string {
  return `{"stream":"${CONTROL_STREAM}","arrival_time":"${formatTime(at)}","partition":${partition},"event":${event}}`
}

/** Why an input was refused, if that cannot be seen from the line. */
function refusalOf(
  text: string | undefined,
  length: number,
  outcome: InputRecord['outcome'],
  eventLimit: number,
): Refusal | undefined {
  if (outcome !== undefined && 'reason' in outcome) return outcome
  if (text === undefined) return {reason: 'bad_json', detail: 'the input has no content'}
  if (length > eventLimit)
    return {reason: 'too_large', detail: `the event has ${length} bytes, the limit was ${eventLimit}`}
  const parsed = parseJson(text)
  return 'reason' in parsed ? parsed : undefined
}
