import {createReadStream, createWriteStream} from 'node:fs'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {hasServed, servedFeatures} from '../../adapters/embedded/published-in-order.js'
import {publishedVerdicts} from '../../adapters/embedded/published-verdicts.js'
import {readRecords} from '../../adapters/files/record-file.js'
import {type Verdict, verdictSchema} from '../../core/case/verdict.js'
import type {FeatureRecord} from '../../core/feature/feature-record.js'
import {
  decodeServedRows,
  encodeServedRows,
  type ServedEntry,
  type ServedSchema,
  servedRowOf,
} from '../../learning/training/served-rows.js'
import type {ServedLog} from './collect-served.js'

/*
 * What a service served and what was said about it, in a folder of two files: `features.bin` and `verdicts.ndjson`. Only one
 * process can have the database open: whoever learns beside a running service is given this.
 */

const FEATURES = 'features.bin'
const VERDICTS = 'verdicts.ndjson'

const EVER = {from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY}

/** What was published of what there is to learn from. */
export interface PublishedLog {
  /** By event time. */
  features(): AsyncIterable<FeatureRecord>
  verdicts(): AsyncIterable<Verdict>
  hasServed(): Promise<boolean>
}

/** That of a service on local disk. */
export function publishedIn(database: EmbeddedDatabase): PublishedLog {
  return {
    features: () => servedFeatures(database, EVER),
    verdicts: () => publishedVerdicts(database),
    hasServed: () => hasServed(database),
  }
}

/** Writes all that is in the feature log, and all verdicts. Reads bit by bit: a service at work is not held up. */
export async function writeServedSnapshot(
  log: PublishedLog,
  folder: string,
  inForce: ServedSchema,
): Promise<void> {
  await mkdir(folder, {recursive: true})
  const rows = encodeServedRows(servedEntries(log.features(), inForce))
  await pipeline(Readable.from(rows), createWriteStream(join(folder, FEATURES)))
  await pipeline(Readable.from(verdictLines(log)), createWriteStream(join(folder, VERDICTS)))
}

/** The feature log, by event time. What other views' values were called is not told: nobody can learn from them any more. */
export async function* servedEntries(
  features: AsyncIterable<FeatureRecord>,
  inForce: ServedSchema,
): AsyncGenerator<ServedEntry> {
  for await (const record of features) {
    const {hash, names} = inForce
    yield {
      schema: {hash: record.schema, names: record.schema === hash ? names : []},
      row: servedRowOf(record),
    }
  }
}

/** What a snapshot holds. Reading throws ServedRowsError or BrokenFileError where it is damaged. */
export function servedSnapshot(folder: string): ServedLog {
  const path = join(folder, FEATURES)
  return {
    rows: () => decodeServedRows(createReadStream(path), path),
    verdicts: () => readVerdicts(folder),
  }
}

/** The same, straight from the database of a service that does not run. */
export function servedIn(database: EmbeddedDatabase, inForce: ServedSchema): ServedLog {
  const {features, verdicts} = publishedIn(database)
  return {rows: () => servedEntries(features(), inForce), verdicts}
}

async function* readVerdicts(folder: string): AsyncGenerator<Verdict> {
  for await (const records of readRecords({path: join(folder, VERDICTS), schema: verdictSchema}))
    for (const {record} of records) yield record
}

async function* verdictLines(log: PublishedLog): AsyncGenerator<string> {
  for await (const verdict of log.verdicts()) yield `${JSON.stringify(verdict)}\n`
}
