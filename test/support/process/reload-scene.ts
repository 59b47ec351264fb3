import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {ExportSummary} from '../../../src/app/export/export-run.js'
import type {RunComparison} from '../../../src/app/replay/compare-runs.js'
import type {ReplaySummary} from '../../../src/app/replay/replay.js'
import type {EventTime} from '../../../src/core/event/time.js'
import {LoadClient} from './load-client.js'
import {type LoadTraffic, loadTraffic} from './load-traffic.js'
import {writeStage} from './reload-rules.js'
import {RunningService} from './running-service.js'
import {triplineJson} from './tripline.js'

const MINUTE_MS = 60_000

/** Between two requests: so that the load goes on while rules change. */
const PAUSE_MS = 400

/** A data directory, a rules folder that changes, and a service that comes and goes under load. */
export class ReloadScene {
  readonly dataDir: string
  readonly rules: string
  readonly config: string
  /** The folders as arguments of a command. */
  readonly folders: readonly string[]
  service!: RunningService
  private ready!: ReturnType<RunningService['ready']>

  private constructor(private readonly folder: string) {
    this.dataDir = join(folder, 'data')
    this.rules = join(folder, 'rules')
    this.config = join(folder, 'tripline.yaml')
    this.folders = ['--config', this.config, '--rules', this.rules, '--features', join(folder, 'features')]
  }

  static async in(folder: string, settings: string): Promise<ReloadScene> {
    const scene = new ReloadScene(folder)
    await mkdir(join(folder, 'features'))
    await writeFile(scene.config, settings)
    await writeStage(scene.rules, 0)
    return scene
  }

  start(): void {
    this.service = new RunningService(this.dataDir, this.folders)
    this.ready = this.service.ready()
    // Nobody may be asking for it when it is killed before it is ready.
    this.ready.catch(() => undefined)
  }

  async url(): Promise<string> {
    return (await this.ready).url
  }

  client(load: LoadTraffic, seed: number): LoadClient {
    return new LoadClient(load, () => sleep(PAUSE_MS).then(() => this.url()), seed)
  }

  /** What the service that runs now said about activations, once there are so many. */
  async activations(count: number): Promise<readonly unknown[]> {
    for (;;) {
      const seen = this.service.logLines().filter(({msg}) => msg === 'rules activated')
      if (seen.length >= count) return seen
      if (!this.service.isRunning) throw new Error(this.service.output)
      await sleep(20)
    }
  }

  /** Exports what a stopped service left, replays it, and holds the replay against what the service said. */
  async replayOfExport(): Promise<{
    readonly exported: ExportSummary
    readonly replayed: ReplaySummary & {readonly compare: RunComparison}
    /** Folder of the export. */
    readonly out: string
  }> {
    const out = join(this.folder, 'export')
    const exported = await triplineJson<ExportSummary>(['export', '--data-dir', this.dataDir, '--out', out])
    const replayed = await triplineJson<ReplaySummary & {compare: RunComparison}>([
      ...['replay', '--input', join(out, 'events.ndjson.gz'), '--bundle', join(out, 'bundle')],
      ...['--out', join(this.folder, 'replay'), '--compare', join(out, 'emitted')],
    ])
    return {exported, replayed, out}
  }
}

/** A quarter of an hour around now: rules that begin with their activation see events from before and after it. */
export function trafficAroundNow(seed: number): LoadTraffic {
  const start = (Math.floor(Date.now() / 1000) * 1000 - 11 * MINUTE_MS) as EventTime
  const disorder = {outOfOrder: 0.1, duplicates: 0.02, broken: 0.01, late: 0.02}
  const options = {users: 150, days: 0.01, rate: 1000, seed, start, frauds: 0, ...disorder}
  return loadTraffic(options, start + 60 * MINUTE_MS)
}
