import {holdsCardNumber} from './card-number.js'
import {isObject, readEvent} from './schema.js'
import {type AcceptedEvent, type Line, type Settings, STREAMS, type StreamName} from './shapes.js'
import {instantMs} from './spelled-time.js'
import {Watermarks} from './watermark.js'

export interface LedgerEntry {
  in: number
  accepted: number
  duplicate: number
  late: number
  dead_lettered: number
}

export interface Admission {
  /** In arrival order. */
  readonly accepted: readonly AcceptedEvent[]
  /** Every built-in stream, and `unknown` if a line had no known stream. */
  readonly ledger: Readonly<Record<string, LedgerEntry>>
  /** `line` is the index in the input, from 0. */
  readonly deadLetters: readonly {readonly reason: string; readonly line: number}[]
  readonly late: readonly number[]
}

/** What becomes of a line: the accepted event, an outcome of the ledger, or a dead letter with its reason. */
type Verdict = AcceptedEvent | 'duplicate' | 'late' | {readonly reason: string}

interface Envelope {
  readonly stream: StreamName
  readonly partition: number
  readonly arrival: number | undefined
  readonly event: unknown
  readonly valid: boolean
}

/** Goes through the lines in arrival order and says what becomes of each. Blank lines are skipped. */
export function admit(lines: readonly Line[], settings: Settings): Admission {
  const watermarks = new Watermarks(settings)
  const accepted: AcceptedEvent[] = []
  const byIdentity = new Map<string, AcceptedEvent[]>()
  const deadLetters: {reason: string; line: number}[] = []
  const late: number[] = []
  const ledger: Record<string, LedgerEntry> = {}
  for (const stream of STREAMS) ledger[stream] = emptyEntry()

  for (const [index, line] of lines.entries()) {
    const text = typeof line === 'string' ? line : JSON.stringify(line)
    if (text.trim() === '') continue
    const envelope = readEnvelope(text, settings.eventLimit)
    const verdict =
      typeof envelope === 'string'
        ? {reason: envelope}
        : judge(envelope, text, byIdentity, watermarks, settings)
    const stream = typeof envelope === 'string' ? 'unknown' : envelope.stream
    ledger[stream] ??= emptyEntry()
    ledger[stream].in += 1
    if (typeof verdict === 'string') {
      ledger[stream][verdict] += 1
      if (verdict === 'late') late.push(index)
    } else if ('reason' in verdict) {
      ledger[stream].dead_lettered += 1
      deadLetters.push({reason: verdict.reason, line: index})
    } else {
      ledger[stream].accepted += 1
      accepted.push(verdict)
    }
    watermarks.move()
  }
  return {accepted, ledger, deadLetters, late}
}

function emptyEntry(): LedgerEntry {
  return {in: 0, accepted: 0, duplicate: 0, late: 0, dead_lettered: 0}
}

/** The first three checks: size, JSON, stream. */
function readEnvelope(text: string, limit: number): Envelope | 'too_large' | 'bad_json' | 'unknown_stream' {
  if (Buffer.byteLength(text, 'utf8') > limit) return 'too_large'
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return 'bad_json'
  }
  if (!isObject(parsed)) return 'unknown_stream'
  const stream = STREAMS.find((name) => name === parsed['stream'])
  if (stream === undefined) return 'unknown_stream'
  const arrival = parsed['arrival_time'] ?? undefined
  const partition = parsed['partition'] ?? 0
  const arrivalMs = arrival === undefined ? undefined : instantMs(arrival)
  const isPartition = typeof partition === 'number' && Number.isInteger(partition) && partition >= 0
  return {
    stream,
    partition: isPartition ? partition : 0,
    arrival: arrivalMs ?? undefined,
    event: parsed['event'],
    valid: isPartition && arrivalMs !== null,
  }
}

/** The other checks, in their order: card number, schema, future, duplicate, late. */
function judge(
  envelope: Envelope,
  text: string,
  byIdentity: Map<string, AcceptedEvent[]>,
  watermarks: Watermarks,
  settings: Settings,
): Verdict {
  const {stream, partition, arrival} = envelope
  const event = holdsCardNumber(text) ? 'looks_like_pan' : readValidEvent(envelope)
  watermarks.advanceWall(arrival, typeof event === 'string' ? undefined : event.time)
  watermarks.heard(partition, stream)
  if (typeof event === 'string') return {reason: event}

  const isTimed = stream === 'transactions' || stream === 'locations'
  if (isTimed && event.time > watermarks.wall + settings.maxFutureSkew) return {reason: 'future_event_time'}
  watermarks.saw(event.time)

  const watermark = watermarks.of(partition)
  const alike = byIdentity.get(identity(event)) ?? []
  const same = alike.find((other) => !isTimed || other.time > watermark - settings.dedupRetention)
  if (same !== undefined) {
    return content(same) === content(event) ? 'duplicate' : {reason: 'id_conflict'}
  }

  if (isTimed && event.time <= watermark - settings.allowedLateness) return 'late'
  byIdentity.set(identity(event), [...alike, event])
  watermarks.accepted(partition, stream, event.time)
  return event
}

function readValidEvent(envelope: Envelope): AcceptedEvent | 'bad_schema' | 'unroutable' {
  return envelope.valid ? readEvent(envelope.stream, envelope.event) : 'bad_schema'
}

/** The event id within its stream and key; the key of merchants is part of their id. */
function identity(event: AcceptedEvent): string {
  const user = event.stream === 'merchants' ? null : event.fields['user_id']
  return JSON.stringify([event.stream, user, event.id])
}

/** Equal for equal content: whatever the order of keys and the spelling of the event time. */
function content(event: AcceptedEvent): string {
  return JSON.stringify([event.time, sorted(event.fields)])
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return ['array', ...value.map(sorted)]
  if (!isObject(value)) return value
  const names = Object.keys(value).sort()
  return ['object', ...names.map((name) => [name, sorted(value[name])])]
}
