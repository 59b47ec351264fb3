import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {lastDecisions, standingAlerts, type TimeSpan} from '../../adapters/embedded/published-in-order.js'
import {decisionLine} from '../../adapters/files/decision-line.js'
import {NdjsonWriter} from '../../adapters/files/ndjson-writer.js'

/** Writes what was said about events of a time, as it stands: in the files and in the order in which a replay writes it. */
export async function writeEmitted(
  database: EmbeddedDatabase,
  folder: string,
  span: TimeSpan,
  /** Nothing changes any more up to this event time (ms). */
  settledUpTo: number,
): Promise<{readonly alerts: number; readonly decisions: number}> {
  await mkdir(folder, {recursive: true})
  const alerts = await write(join(folder, 'alerts.final.ndjson'), standingAlerts(database, span), (alert) =>
    JSON.stringify({...alert, settled: Date.parse(alert.event_time) <= settledUpTo}),
  )
  const decisions = await write(
    join(folder, 'decisions.final.ndjson'),
    lastDecisions(database, span),
    decisionLine,
  )
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
