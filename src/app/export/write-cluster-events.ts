import {createWriteStream} from 'node:fs'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import {activationLine, endLine, recordedLine, tombstoneLine} from '../../adapters/files/recorded-line.js'
import type {KafkaEventSource} from '../../adapters/kafka/event-source.js'
import type {InputBatch} from '../../engine/port/event-source.js'
import type {Checkpoint} from '../../engine/port/state-store.js'

/** What is read of one partition, up to where it stands. */
export interface PartitionReadingSource {
  readonly partition: number
  readonly source: KafkaEventSource
  readonly checkpoint: Checkpoint
}

export interface ClusterEventsToWrite {
  readonly path: string
  readonly readings: readonly PartitionReadingSource[]
  /** Inputs that came in this time (ms, the end excluded). */
  readonly from: number
  readonly to: number
  /** In bytes: what was longer was refused. */
  readonly eventLimit: number
  /** Topics that every partition reads: they are written once. */
  readonly broadcast: ReadonlySet<string>
  readonly onProgress: (written: number) => void
}

/** A line, and when what it tells of came. */
interface TimedLine {
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
    for await (const {text, isEvent} of merged(options)) {
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

/** One line of each partition is held. */
async function* merged(options: ClusterEventsToWrite): AsyncGenerator<TimedLine> {
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
  {partition, source}: PartitionReadingSource,
  options: ClusterEventsToWrite,
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
  {broadcast, eventLimit}: ClusterEventsToWrite,
): Generator<TimedLine> {
  for (const record of records) {
    if (partition > 0 && broadcast.has(record.origin?.topic ?? '')) continue
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
