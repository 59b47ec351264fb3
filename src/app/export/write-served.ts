import {createWriteStream} from 'node:fs'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {encodeServedRows, type ServedEntry, servedRowOf} from '../../learning/training/served-rows.js'

export interface ServedToWrite {
  readonly path: string
  readonly records: AsyncIterable<FeatureRecord>
  /** The features' names, by the hash of their schema. */
  readonly names: ReadonlyMap<string, readonly string[]>
}

/** What was written. */
export interface WrittenServed {
  transactions: number
  /** Versions of the model that scored them. */
  readonly models: Set<number>
}

/** Writes the features of transactions as they were served, by event time. */
export async function writeServed(options: ServedToWrite): Promise<WrittenServed> {
  const written: WrittenServed = {transactions: 0, models: new Set()}
  const rows = encodeServedRows(entries(options, written))
  await pipeline(Readable.from(rows), createWriteStream(options.path))
  return written
}

async function* entries(
  {records, names}: ServedToWrite,
  written: WrittenServed,
): AsyncGenerator<ServedEntry> {
  for await (const record of records) {
    const row = servedRowOf(record)
    written.transactions++
    if (row.model !== undefined) written.models.add(row.model)
    yield {schema: {hash: record.schema, names: names.get(record.schema) ?? []}, row}
  }
}
