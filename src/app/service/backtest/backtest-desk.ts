import {mkdir, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {
  BacktestBusyError,
  type BacktestReport,
  type BacktestRequest,
  type BacktestService,
} from '../../../adapters/http/backtest-route.js'
import {RulesRefusedError} from '../../../adapters/http/rules-service.js'
import type {BundleContent} from '../../../core/bundle/bundle-content.js'
import type {Clock} from '../../../engine/port/clock.js'
import {EXIT} from '../../cli/exit.js'
import type {Config} from '../../config/config.js'
import {settingsAsFile} from '../../config/settings-as-file.js'
import {workFolder} from '../../process/work-folder.js'
import {proposedContent} from './proposed-rules.js'
import {type ProgramLimits, runProgram} from './run-program.js'

/** Inputs that came in a time (ms, the end excluded): no more than so many, the newest. */
export interface WindowToWrite {
  readonly from: number
  readonly to: number
  readonly most: number
  /** Longest event in bytes. */
  readonly eventLimit: number
  /** Of a file that ends in .gz. */
  readonly path: string
}

export interface BacktestDeskParts {
  readonly config: Config
  /** Writes what was recorded as lines that a replay reads, and gives which they are. */
  readonly write: (
    window: WindowToWrite,
    limits: ProgramLimits,
    signal: AbortSignal,
  ) => Promise<BacktestReport['events']>
  /** Of the rules in force. */
  readonly content: () => Promise<BundleContent>
  readonly clock: Clock
  /** What `tripline` runs; the program that this is part of, if absent. */
  readonly program?: string | undefined
  /** What differs from BACKTEST_LIMITS. */
  readonly limits?: Partial<BacktestLimits> | undefined
}

export interface BacktestLimits extends ProgramLimits {
  readonly events: number
}

export const BACKTEST_LIMITS: BacktestLimits = {ms: 60_000, heapMib: 1024, events: 200_000}

const DAY_MS = 24 * 3_600_000

const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url))

/** Holds proposed rules against what a service recorded, in a process of its own, one at a time. */
export class BacktestDesk implements BacktestService {
  private readonly ending = new AbortController()
  private isRunning = false

  constructor(private readonly parts: BacktestDeskParts) {}

  async run(request: BacktestRequest): Promise<BacktestReport> {
    if (this.isRunning) throw new BacktestBusyError()
    this.isRunning = true
    // Beside the data: what is recorded is as private as it is there.
    const folder = await workFolder(join(this.parts.config.dataDir, 'backtests'))
    try {
      return await this.runIn(folder, request)
    } finally {
      await rm(folder, {recursive: true, force: true})
      this.isRunning = false
    }
  }

  /** Ends the one that runs. */
  stop(): void {
    this.ending.abort()
  }

  private async runIn(folder: string, request: BacktestRequest): Promise<BacktestReport> {
    const {config, write, content, clock, program = PROGRAM} = this.parts
    const limits = {...BACKTEST_LIMITS, ...this.parts.limits}
    const inForce = await content()
    const proposed = proposedContent(inForce, request.rules, request.without)
    const [a, b, features] = ['in-force', 'proposed', 'features'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await mkdir(features)
    await writeContent(a, features, inForce)
    await writeContent(b, features, proposed)
    const settings = join(folder, 'tripline.yaml')
    await writeFile(settings, settingsAsFile(config))
    const events = join(folder, 'events.ndjson.gz')
    const window = {
      from: request.from ?? clock.now() - DAY_MS,
      to: request.to ?? clock.now(),
      most: limits.events,
      eventLimit: config.eventLimit,
      path: events,
    }
    const written = await write(window, limits, this.ending.signal)
    const args = ['rules', 'diff', a, b, '--events', events, '--features', features, '--config', settings]
    const outcome = await runProgram(
      [program, ...args, '--out', join(folder, 'out'), '--json'],
      limits,
      this.ending.signal,
    )
    if (outcome.code === EXIT.usage) throw new RulesRefusedError(faultsIn(outcome.stderr, b))
    if (outcome.code !== EXIT.done)
      throw new Error(`rules diff ended with ${outcome.code}: ${outcome.stderr}`)
    const {diff} = JSON.parse(outcome.stdout) as {diff: BacktestReport['diff'] & {a: object; b: object}}
    const named = {...diff, a: {...diff.a, folder: 'in force'}, b: {...diff.b, folder: 'proposed'}}
    return {events: written, diff: named}
  }
}

/** Rules, lists and policy into one folder; views and rates, which both share, into another. */
async function writeContent(rules: string, features: string, {files}: BundleContent): Promise<void> {
  await mkdir(rules)
  for (const {path, text} of files) {
    const isFeature = path.startsWith('features/')
    const place = isFeature ? join(features, path.slice('features/'.length)) : join(rules, path)
    await mkdir(dirname(place), {recursive: true})
    await writeFile(place, text)
  }
}

/** The lines that tell of faults, by paths that say nothing of where the service works. */
function faultsIn(stderr: string, folder: string): readonly string[] {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => line.replaceAll(`${folder}/rules/`, ''))
}
