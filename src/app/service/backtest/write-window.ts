import {createWriteStream} from 'node:fs'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import {recordedLine} from '../../../adapters/files/recorded-line.js'
import type {BacktestReport} from '../../../adapters/http/backtest-route.js'
import {formatTime, type WallTime} from '../../../core/event/time.js'
import {isControl} from '../../../engine/port/control-record.js'
import type {InputRecord} from '../../../engine/port/event-source.js'
import type {WindowToWrite} from './backtest-desk.js'

/** A log that can be read in both directions. */
export interface ReadableLog {
  readonly end: number
  before(partition: number, offset: number): AsyncIterable<readonly InputRecord[]>
  between(from: number, to: number): AsyncIterable<readonly InputRecord[]>
}

export interface WindowOptions extends WindowToWrite {
  readonly log: ReadableLog
  readonly partition: number
}

/** Writes inputs of the log as lines that a replay reads, and gives which they are. */
export async function writeWindow(options: WindowOptions): Promise<BacktestReport['events']> {
  const {log, path} = options
  const {begin, isComplete} = await beginningOf(options)
  const seen = {count: 0, first: undefined as WallTime | undefined, last: undefined as WallTime | undefined}
  await pipeline(
    Readable.from(blocksOfLines(log.between(begin, log.end), options, seen)),
    createGzip(),
    createWriteStream(path, {mode: 0o600}),
  )
  const timeOf = (time: WallTime | undefined) => (time === undefined ? null : formatTime(time))
  return {count: seen.count, from: timeOf(seen.first), to: timeOf(seen.last), complete: isComplete}
}

/** The offset from which on there are no more of them than may be. */
async function beginningOf({log, partition, from, most, ...window}: WindowOptions): Promise<{
  readonly begin: number
  readonly isComplete: boolean
}> {
  let begin = log.end
  let count = 0
  for await (const records of log.before(partition, log.end))
    for (const record of [...records].reverse()) {
      if (record.ingestedAt < from) return {begin, isComplete: true}
      const counts = isInput(record) && record.ingestedAt < window.to
      if (counts && count === most) return {begin, isComplete: false}
      if (counts) count++
      begin = record.offset
    }
  return {begin, isComplete: true}
}

async function* blocksOfLines(
  blocks: AsyncIterable<readonly InputRecord[]>,
  {from, to, partition, eventLimit}: WindowOptions,
  seen: {count: number; first: WallTime | undefined; last: WallTime | undefined},
): AsyncGenerator<string> {
  for await (const records of blocks) {
    const inputs = records.filter((record) => {
      return isInput(record) && record.ingestedAt >= from && record.ingestedAt < to
    })
    if (inputs.length === 0) continue
    seen.count += inputs.length
    seen.first ??= inputs[0]?.ingestedAt
    seen.last = inputs.at(-1)?.ingestedAt
    yield `${inputs.map((record) => recordedLine(record, partition, eventLimit)).join('\n')}\n`
  }
}

/** What people did, and users who were forgotten, are no inputs. */
function isInput(record: InputRecord): boolean {
  return !isControl(record) && record.erased === undefined
}
