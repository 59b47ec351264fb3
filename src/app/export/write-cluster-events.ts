import {createWriteStream} from 'node:fs'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import {activationLine, endLine, recordedLine, tombstoneLine} from '../../adapters/files/recorded-line.js'
import type {KafkaEventSource} from '../../adapters/kafka/event-source.js'
import type {InputBatch, InputRecord} from '../../engine/port/event-source.js'
import type {Checkpoint} from '../../engine/port/state-store.js'

/** What is read of one partition. */
export interface PartitionSource {
  readonly partition: number
  readonly source: KafkaEventSource
}

/** The same, up to where it stands. */
export interface PartitionReadingSource extends PartitionSource {
  readonly checkpoint: Checkpoint
}

/** Inputs to be read from all partitions. */
export interface InputsToRead {
  readonly readings: readonly PartitionSource[]
  /** Inputs that came in this time (ms, the end excluded). */
  readonly from: number
  readonly to: number
  /** In bytes: what was longer was refused. */
  readonly eventLimit: number
  /** Topics that every partition reads: they are written once. */
  readonly broadcast: ReadonlySet<string>
  /** Which are written; absent: all. */
  readonly isKept?: ((record: InputRecord) => boolean) | undefined
}

export interface ClusterEventsToWrite extends InputsToRead {
  readonly path: string
  readonly readings: readonly PartitionReadingSource[]
  readonly onProgress: (written: number) => void
}

/** A line, and when what it tells of came. */
export interface TimedLine {
  readonly at: number
  readonly text: string
  readonly isEvent: boolean
}

const LINES_AT_ONCE = 1_000

/** Writes the inputs and activations of all partitions in the order in which they came, as lines that a replay reads. Gives how many events. */
export async function writeClusterEvents(options: ClusterEventsToWrite): Promise<number> {
  let events = 0
  async function* blocks(): AsyncGenerator<string> {
    let lines: string[] = []
    for await (const {text, isEvent} of inputLines(options)) {
      lines.push(text)
      if (isEvent) events++
      if (lines.length < LINES_AT_ONCE) continue
      yield `${lines.join('\n')}\n`
      lines = []
      options.onProgress(events)
    }
    // A part of a log does not say what had become of deadlines where it ends.
    if (options.to === Number.POSITIVE_INFINITY) lines.push(...options.readings.map(endOf))
    yield `${lines.join('\n')}\n`
  }
  await pipeline(Readable.from(blocks()), createGzip(), createWriteStream(options.path))
  return events
}

/** How far deadlines were resolved in a partition. */
function endOf({partition, checkpoint: {time}}: PartitionReadingSource): string {
  return endLine(time.resolved, time.wall, partition)
}

/** Inputs and activations in the order in which they came. One line of each partition is held. */
export async function* inputLines(options: InputsToRead): AsyncGenerator<TimedLine> {
  const {readings, from, to} = options
  const waiting: {readonly lines: AsyncGenerator<TimedLine>; first: TimedLine}[] = []
  for (const reading of readings) {
    const lines = linesOf(reading, options)
    const {value, done} = await lines.next()
    if (!done) waiting.push({lines, first: value})
  }
  while (waiting.length > 0) {
    const next = waiting.reduce((a, b) => (b.first.at < a.first.at ? b : a))
    if (next.first.at >= from && next.first.at < to) yield next.first
    const {value, done} = await next.lines.next()
    if (done) waiting.splice(waiting.indexOf(next), 1)
    else next.first = value
  }
}

async function* linesOf(
  {partition, source}: PartitionSource,
  options: InputsToRead,
): AsyncGenerator<TimedLine> {
  for (;;) {
    const batch = await source.next()
    if (batch === undefined) return
    yield* recordsOf(batch, partition, options)
    yield* controlOf(batch, partition)
  }
}

function* recordsOf(
  {records}: InputBatch,
  partition: number,
  {broadcast, eventLimit, isKept}: InputsToRead,
): Generator<TimedLine> {
  for (const record of records) {
    if (partition > 0 && broadcast.has(record.origin?.topic ?? '')) continue
    if (isKept?.(record) === false) continue
    yield {at: record.ingestedAt, text: recordedLine(record, partition, eventLimit), isEvent: true}
  }
}

/** What comes alone. Every partition reads it, and it is written once: a tombstone where the user is. */
function* controlOf({control, forget, polledAt}: InputBatch, partition: number): Generator<TimedLine> {
  if (control !== undefined && partition === 0)
    yield {at: control.at, text: activationLine(control, partition), isEvent: false}
  if (forget !== undefined && partition === forget.partition)
    yield {at: polledAt, text: tombstoneLine(forget, polledAt, partition), isEvent: false}
}
