import {type Activation, CONTROL_STREAM, parseActivation, parseEnd} from '../../core/bundle/activation.js'
import type {Bundle} from '../../core/bundle/bundle.js'
import {decoderOf} from '../../core/bundle/decoder-of.js'
import {isDeadLetterReason} from '../../core/event/dead-letter.js'
import {type Decode, type DecodedEvent, isRefusal, parseJson, type Refusal} from '../../core/event/decode.js'
import {MERCHANTS} from '../../core/event/stream.js'
import {type EventTime, parseEventTime, type WallTime} from '../../core/event/time.js'
import {ERASED, type ErasedInput} from '../../core/forgetting/erased-input.js'
import {parseTombstone} from '../../core/forgetting/tombstone.js'
import type {EventSource, InputBatch, InputRecord} from '../../engine/port/event-source.js'
import {erasedIn} from './erased-line.js'
import {type Line, LONGEST_LINE} from './line-reader.js'

const BATCH = 512
const BLANK = /^[ \t\v\f\r]*$/

/** Before the first line that tells the time. */
const NO_TIME_YET = Number.NEGATIVE_INFINITY as WallTime

/** A recorded line: `{"stream", "event", "arrival_time"?, "partition"?}`. */
interface Envelope {
  readonly stream?: unknown
  readonly event?: unknown
  readonly arrival_time?: unknown
  readonly partition?: unknown
  /** In a recording of a service, instead of an event that cannot be told as JSON: why it was refused. */
  readonly refused?: unknown
  /** The same: what is left of it, where its user was forgotten. */
  readonly erased?: unknown
}

export interface ReplaySourceOptions {
  /** The recorded lines, in blocks of any size. */
  readonly lines: AsyncIterable<readonly Line[]>
  /** By which lines are judged, until another one is told. */
  readonly bundle: Bundle
  /** Whether a service recorded the lines: then some of them activate bundles, and the last one says how far it got. */
  readonly isRecording?: boolean | undefined
}

/**
 * Recorded events, in the order of their NDJSON lines. Wall time is the line's arrival time, else the
 * greatest event time seen so far, and never goes back. Each batch holds lines of one partition; those of the next few
 * hundred lines make a turn, in which each partition has one.
 */
export class ReplaySource implements EventSource {
  /** By partition: how far deadlines were resolved where the recording ends, once its last lines are read; empty if it does not say. */
  readonly resolvedAtEnd = new Map<number, EventTime>()
  private readonly blocks: AsyncIterator<readonly Line[]>
  private readonly isRecording: boolean
  private decodeEvent!: Decode
  /** How far beyond its arrival an event may be, in ms: one further off says nothing about the time. */
  private maxFutureSkew!: number
  /** Longest line in bytes. */
  private lineLimit!: number
  private block: readonly Line[] = []
  private position = 0
  private lineNumber = -1
  /** Wall time as far as lines were read. */
  wall = NO_TIME_YET
  private greatestEventTime = Number.NEGATIVE_INFINITY
  private readonly ready: InputBatch[] = []
  private readonly seen = new Set<number>()

  constructor({lines, bundle, isRecording = false}: ReplaySourceOptions) {
    this.blocks = lines[Symbol.asyncIterator]()
    this.isRecording = isRecording
    this.judgeBy(bundle)
  }

  /** Judges the lines that follow by another bundle. */
  judgeBy(bundle: Bundle): void {
    const {time, intake} = bundle.settings
    this.decodeEvent = decoderOf(bundle)
    this.maxFutureSkew = time.maxFutureSkew
    // What was too long when it was recorded is told as such.
    this.lineLimit = this.isRecording ? Number.POSITIVE_INFINITY : intake.eventLimit
  }

  partitions(): readonly number[] {
    return [0]
  }

  seek(_partition: number, offset: number): void {
    if (offset > 0) throw new Error('a replay begins at the beginning')
  }

  async next(): Promise<InputBatch | undefined> {
    if (this.ready.length === 0) this.ready.push(...((await this.nextTurn()) ?? []))
    return this.ready.shift()
  }

  /** The batches of the next lines, no two of one partition; undefined at the end of the input. */
  async nextTurn(): Promise<readonly InputBatch[] | undefined> {
    for (;;) {
      const lines = await this.take(BATCH)
      if (lines.length === 0) return undefined
      const batches = this.byPartition(lines)
      if (batches.length > 0) return batches
    }
  }

  private async take(count: number): Promise<readonly Line[]> {
    while (this.position >= this.block.length) {
      const block = await this.blocks.next()
      if (block.done) return []
      this.block = block.value
      this.position = 0
    }
    const taken = this.block.slice(this.position, this.position + count)
    this.position += taken.length
    return taken
  }

  /**
   * Batches of the lines up to the first that activates a bundle; those after it are judged by that one, when it is in force.
   * Profiles, which concern all partitions, have a turn of their own: all have read what came before.
   */
  private byPartition(lines: readonly Line[]): readonly InputBatch[] {
    const records = new Map<number, ReplayRecord[]>()
    let control: InputBatch | undefined
    let areProfiles: boolean | undefined
    for (const [i, line] of lines.entries()) {
      this.lineNumber++
      const {text} = line
      if (text !== undefined && text.length < 64 && BLANK.test(text)) continue
      const record = this.read(line, text)
      if (record === undefined) continue
      if (!(record instanceof ReplayRecord)) {
        control = record
        this.position -= lines.length - i - 1
        break
      }
      this.seen.add(record.partition)
      const isProfile = record.stream === MERCHANTS
      if (this.seen.size > 1 && isProfile !== (areProfiles ?? isProfile)) {
        // It is read again.
        this.position -= lines.length - i
        this.lineNumber--
        break
      }
      areProfiles = isProfile
      const group = records.get(record.partition)
      if (group === undefined) records.set(record.partition, [record])
      else group.push(record)
    }
    const nextOffset = control === undefined ? this.lineNumber + 1 : this.lineNumber
    const batches = [...records].map(([partition, group]) => ({
      partition,
      records: group,
      polledAt: group[group.length - 1]?.ingestedAt ?? this.wall,
      nextOffset,
    }))
    return control === undefined ? batches : [...batches, control]
  }

  /** Undefined: the line says where the recording ends. */
  private read(line: Line, text: string | undefined): ReplayRecord | InputBatch | undefined {
    const {length} = line
    if (text === undefined || length > this.lineLimit) {
      const limit = Math.min(this.lineLimit, LONGEST_LINE)
      const detail = `the line has ${length} bytes, the limit is ${limit}; send less, or raise event_limit`
      return this.record(line, undefined, 0, {reason: 'too_large', detail})
    }
    const parsed = parseJson(text)
    if ('reason' in parsed) return this.record(line, undefined, 0, parsed)
    const envelope = (parsed.value ?? {}) as Envelope
    const stream = typeof envelope.stream === 'string' ? envelope.stream : undefined
    const partition = envelope.partition ?? 0
    const fault = this.tellTime(envelope) ?? partitionFault(partition)
    if (this.isRecording && fault === undefined) {
      if (stream === CONTROL_STREAM) return this.control(envelope.event, partition as number)
      const erased = erasedIn(envelope.erased)
      if (erased !== undefined) return this.record(line, stream, partition as number, ERASED, erased)
      const refused = refusalIn(envelope)
      if (refused !== undefined) return this.record(line, stream, partition as number, refused)
    }
    const outcome = fault ?? this.decodeEvent(stream, envelope.event, text, envelope)
    const arrived = envelope.arrival_time !== undefined
    if (!isRefusal(outcome)) this.seeEventTime(outcome.time, arrived)
    if (!arrived) this.advance(this.greatestEventTime)
    return this.record(line, stream, fault === undefined ? (partition as number) : 0, outcome)
  }

  private control(event: unknown, partition: number): InputBatch | undefined {
    const control: Activation | undefined = parseActivation(event, this.wall)
    const forget = parseTombstone(event)
    if (control !== undefined || forget !== undefined)
      return {partition, records: [], control, forget, polledAt: this.wall, nextOffset: this.lineNumber + 1}
    const resolved = parseEnd(event)
    if (resolved !== undefined) {
      this.resolvedAtEnd.set(partition, resolved)
      return undefined
    }
    throw new RangeError(
      `line ${this.lineNumber + 1}: it activates no bundle; a newer version of tripline may have written it`,
    )
  }

  private tellTime({arrival_time}: Envelope): Refusal | undefined {
    if (arrival_time === undefined) return undefined
    const arrival = parseEventTime(arrival_time)
    if (arrival === undefined)
      return {reason: 'bad_schema', detail: 'arrival_time: expected RFC 3339 or integer epoch milliseconds'}
    this.advance(arrival)
    return undefined
  }

  private seeEventTime(time: number, arrived: boolean): void {
    const fromTheFuture = arrived && time > this.wall + this.maxFutureSkew
    if (!fromTheFuture && time > this.greatestEventTime) this.greatestEventTime = time
  }

  private advance(wall: number): void {
    if (wall > this.wall) this.wall = wall as WallTime
  }

  private record(
    line: Line,
    stream: string | undefined,
    partition: number,
    outcome: DecodedEvent | Refusal,
    erased?: ErasedInput,
  ): ReplayRecord {
    return new ReplayRecord(partition, stream, this.lineNumber, this.wall, outcome, line, erased)
  }
}

class ReplayRecord implements InputRecord {
  constructor(
    readonly partition: number,
    readonly stream: string | undefined,
    readonly offset: number,
    readonly ingestedAt: WallTime,
    readonly outcome: DecodedEvent | Refusal,
    private readonly line: Line,
    readonly erased: ErasedInput | undefined,
  ) {}

  /** Few records are asked for their bytes: those that are late or refused. */
  get bytes(): Uint8Array | undefined {
    return this.line.bytes
  }
}

/** Why a recorded input was refused, if the line says so. */
function refusalIn({refused}: Envelope): Refusal | undefined {
  const {reason, detail} = (refused ?? {}) as {readonly reason?: unknown; readonly detail?: unknown}
  return isDeadLetterReason(reason) && typeof detail === 'string' ? {reason, detail} : undefined
}

function partitionFault(partition: unknown): Refusal | undefined {
  if (typeof partition === 'number' && Number.isInteger(partition) && partition >= 0 && partition < 65_536)
    return undefined
  return {reason: 'bad_schema', detail: 'partition: expected an integer from 0 to 65535'}
}
