import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {decisionLine} from '../../adapters/files/decision-line.js'
import {NdjsonWriter} from '../../adapters/files/ndjson-writer.js'
import type {AlertRecord, DecisionRecord} from '../../core/decision/records.js'

/** By event time and id. */
export interface PublishedRecords {
  /** Those that stand. */
  readonly alerts: AsyncIterable<AlertRecord>
  /** The last revisions. */
  readonly decisions: AsyncIterable<DecisionRecord>
}

/** Writes what was said about events of a time, as it stands: in the files and in the order in which a replay writes it. */
export async function writeEmitted(
  published: PublishedRecords,
  folder: string,
  /** Nothing changes any more up to this event time (ms). */
  settledUpTo: number,
): Promise<{readonly alerts: number; readonly decisions: number}> {
  await mkdir(folder, {recursive: true})
  const alerts = await write(join(folder, 'alerts.final.ndjson'), published.alerts, (alert) =>
    JSON.stringify({...alert, settled: Date.parse(alert.event_time) <= settledUpTo}),
  )
  const decisions = await write(join(folder, 'decisions.final.ndjson'), published.decisions, decisionLine)
  return {alerts, decisions}
}

async function write<T>(
  path: string,
  records: AsyncIterable<T>,
  lineOf: (record: T) => string,
): Promise<number> {
  const output = new NdjsonWriter(path)
  let count = 0
  for await (const record of records) {
    output.write(lineOf(record))
    count++
    await output.drained()
  }
  await output.close()
  return count
}
