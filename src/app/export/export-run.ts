import {mkdir, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../adapters/embedded/event-log.js'
import {lastDecisions, servedFeatures, standingAlerts} from '../../adapters/embedded/published-in-order.js'
import {EmbeddedStateStore} from '../../adapters/embedded/state-store.js'
import type {BundleContent} from '../../core/bundle/bundle-content.js'
import type {Clock} from '../../engine/port/clock.js'
import {writeBundleFolder} from '../bundle/bundle-folder.js'
import {compileAs} from '../bundle/compile-as.js'
import type {Config} from '../config/config.js'
import {BundleHistory} from './bundle-history.js'
import {catchUp} from './catch-up.js'
import {writeEmitted} from './write-emitted.js'
import {writeEvents} from './write-events.js'
import {writeModels} from './write-models.js'
import {writeServed} from './write-served.js'

/** The embedded log has one partition. */
const PARTITION = 0

export interface ExportOptions {
  readonly config: Config
  readonly outputDir: string
  readonly clock: Clock
  /** Inputs that came in this time (ms, the end excluded), and what was said about events of it. */
  readonly from: number
  readonly to: number
  /** Hears of versions of the model that scored and are not there any more. */
  readonly onMissingModel: (reason: string) => void
  /** Told how many inputs were written so far. */
  readonly onProgress: (written: number) => void
}

export interface ExportSummary {
  readonly events: number
  readonly alerts: number
  readonly decisions: number
  /** Transactions with their features as they were served. */
  readonly features: number
  /** In the order in which they were first in force. */
  readonly bundles: readonly string[]
  /** Versions of the model. */
  readonly models: readonly number[]
  /** Whether it holds everything that ever came: only then does a replay say exactly the same. */
  readonly complete: boolean
}

/** There is nothing to write. */
export class NothingCameInError extends RangeError {
  constructor(dataDir: string) {
    super(`${dataDir}: nothing has come in yet; export when there are events`)
    this.name = 'NothingCameInError'
  }
}

/** The folder is in use: what an export does not write would be taken for its part. */
export class FolderNotEmptyError extends RangeError {
  constructor(folder: string) {
    super(`${folder} is not empty; name a new folder`)
    this.name = 'FolderNotEmptyError'
  }
}

/** Writes what a stopped service took in, under which rules, and what it said, so that a replay can be held against it. */
export async function exportRun(options: ExportOptions): Promise<ExportSummary> {
  const {config, outputDir, clock, from, to, onProgress} = options
  await newFolder(outputDir)
  const settledUpTo = await catchUp(config, clock)
  const database = await EmbeddedDatabase.open(config.dataDir)
  try {
    const {checkpoint} = await new EmbeddedStateStore(database).open(PARTITION)
    if (checkpoint === undefined) throw new NothingCameInError(config.dataDir)
    const log = await EmbeddedEventLog.open(database, {clock})
    const history = await BundleHistory.read(database, PARTITION)
    const path = join(outputDir, 'events.ndjson.gz')
    const source = {log, partition: PARTITION, history, checkpoint}
    const {events, first, last} = await writeEvents({...source, path, from, to, onProgress})
    const contents = history.between(first ?? log.begin, last ?? checkpoint.offset)
    const bundles = [...contents.keys()]
    const names = namesIn(contents)
    const served = await writeServed({
      path: join(outputDir, 'features.bin'),
      records: servedFeatures(database, {from, to}),
      names,
    })
    const bundleFolder = join(outputDir, 'bundle')
    const models = await writeModels(config, bundleFolder, served.models, options.onMissingModel)
    await writeBundleFolder(bundleFolder, bundles[0] as string, contents, models)
    const emitted = await writeEmitted(
      {alerts: standingAlerts(database, {from, to}), decisions: lastDecisions(database, {from, to})},
      join(outputDir, 'emitted'),
      settledUpTo,
    )
    const complete = first === 0 && to === Number.POSITIVE_INFINITY
    return {events, ...emitted, features: served.transactions, bundles, models: models.versions, complete}
  } finally {
    await database.close()
  }
}

/** Makes a folder, or takes one that is empty. */
export async function newFolder(folder: string): Promise<void> {
  await mkdir(folder, {recursive: true})
  if ((await readdir(folder)).length > 0) throw new FolderNotEmptyError(folder)
}

/** What the features of bundles are called, by the hash of their schema. */
export function namesIn(
  contents: ReadonlyMap<string, BundleContent>,
): ReadonlyMap<string, readonly string[]> {
  const schemas = [...contents].map(([id, content]) => compileAs(id, content).features.schema)
  return new Map(schemas.map(({hash, names}) => [hash, names]))
}
