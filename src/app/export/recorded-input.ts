import {existsSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Clock} from '../../engine/port/clock.js'
import type {Config} from '../config/config.js'
import {exportRun} from './export-run.js'

const EVENTS = 'events.ndjson.gz'

/** What a folder recorded, to be replayed. */
export interface RecordedInput {
  readonly events: string
  readonly bundleFolder: string
}

/**
 * Works on what a folder recorded: an export, or the data of a stopped service, of which one is made for as long as the work takes. Throws
 * RangeError where it is neither.
 */
export async function withRecordedInput<T>(
  folder: string,
  config: Config,
  clock: Clock,
  onMissingModel: (reason: string) => void,
  work: (input: RecordedInput) => Promise<T>,
): Promise<T> {
  if (existsSync(join(folder, EVENTS))) return work(inputIn(folder))
  if (!existsSync(join(folder, 'db')))
    throw new RangeError(
      `${folder} holds no recorded events; name a folder that tripline export wrote, or the data_dir of a service`,
    )
  const outputDir = await mkdtemp(join(tmpdir(), 'tripline-export-'))
  try {
    await exportRun({
      ...{
        config: {...config, dataDir: folder},
        outputDir,
        clock,
        onMissingModel,
        onProgress: () => undefined,
      },
      ...{from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY},
    })
    return await work(inputIn(outputDir))
  } finally {
    await rm(outputDir, {recursive: true, force: true})
  }
}

function inputIn(folder: string): RecordedInput {
  return {events: join(folder, EVENTS), bundleFolder: join(folder, 'bundle')}
}
