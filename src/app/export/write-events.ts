import {createWriteStream} from 'node:fs'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import type {EmbeddedEventLog} from '../../adapters/embedded/event-log.js'
import {activationLine, endLine, recordedLine, tombstoneLine} from '../../adapters/files/recorded-line.js'
import {CASES_STREAM} from '../../core/case/case-change.js'
import {controlOf, tombstoneOf} from '../../engine/port/control-record.js'
import type {InputRecord} from '../../engine/port/event-source.js'
import type {Checkpoint} from '../../engine/port/state-store.js'
import type {BundleHistory} from './bundle-history.js'

export interface EventsToWrite {
  readonly path: string
  readonly log: EmbeddedEventLog
  readonly partition: number
  readonly history: BundleHistory
  /** Where the partition stands. */
  readonly checkpoint: Checkpoint
  /** Inputs that came in this time (ms, the end excluded). */
  readonly from: number
  readonly to: number
  readonly onProgress: (written: number) => void
}

/** What was written. */
export interface WrittenEvents {
  events: number
  /** Offsets of the first and the last line; undefined if there are none. */
  first: number | undefined
  last: number | undefined
}

/** Writes inputs and activations, but not what people did with cases, in the order of the log, as lines that a replay reads. */
export async function writeEvents(options: EventsToWrite): Promise<WrittenEvents> {
  const written: WrittenEvents = {events: 0, first: undefined, last: undefined}
  await pipeline(
    Readable.from(blocksOfLines(options, written)),
    createGzip(),
    createWriteStream(options.path),
  )
  return written
}

async function* blocksOfLines(options: EventsToWrite, written: WrittenEvents): AsyncGenerator<string> {
  const {log, partition, checkpoint, from, to, onProgress} = options
  for await (const records of log.between(log.begin, checkpoint.offset)) {
    const lines = records
      .filter(({ingestedAt, stream}) => ingestedAt >= from && ingestedAt < to && stream !== CASES_STREAM)
      .map((record) => lineOf(record, options, written))
    if (lines.length > 0) yield `${lines.join('\n')}\n`
    onProgress(written.events)
  }
  // A part of a log does not say what had become of deadlines where it ends.
  if (to === Number.POSITIVE_INFINITY)
    yield `${endLine(checkpoint.time.resolved, checkpoint.time.wall, partition)}\n`
}

function lineOf(record: InputRecord, {partition, history}: EventsToWrite, written: WrittenEvents): string {
  written.first ??= record.offset
  written.last = record.offset
  const tombstone = tombstoneOf(record)
  if (tombstone !== undefined) return tombstoneLine(tombstone, record.ingestedAt, partition)
  const control = controlOf(record)
  if (control === undefined) {
    written.events++
    return recordedLine(record, partition, history.inForceAt(record.offset).settings.intake.eventLimit)
  }
  const resolvedUpTo = history.activationAt(record.offset)?.time?.resolvedUpTo ?? undefined
  return activationLine({...control, resolvedUpTo}, partition)
}
