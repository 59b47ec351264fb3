import {
  type RetrainReport,
  RetrainRunningError,
  type RetrainStatus,
  type RetrainTrigger,
} from '../../../../adapters/http/retrain-service.js'
import type {
  RedisRetrainState,
  RetrainRun,
  RetrainStanding,
} from '../../../../adapters/redis/learning/retrain-state.js'
import type {Lease} from '../../../../adapters/redis/lease.js'
import {formatTime, type WallTime} from '../../../../core/event/time.js'
import type {Clock} from '../../../../engine/port/clock.js'
import type {Config} from '../../../config/config.js'

export interface SharedRetrainingParts {
  readonly settings: Config['model']['retrain']
  readonly clock: Clock
  readonly state: RedisRetrainState
  /** Trains a version. Returns its number, and what is to be said about it. */
  readonly train: () => Promise<{readonly version: number; readonly detail: string}>
  /** Hears what came of each run of this worker. */
  readonly onReport: (report: RetrainReport) => void
  /** Hears of what went wrong and is tried again. */
  readonly onTrouble: (error: Error) => void
}

/** How often a worker looks whether it is time. */
const LOOK_EVERY_MS = 2_000
/** A run whose workers died so often is given up: it may be what killed them. */
const MOST_ATTEMPTS = 3

/**
 * Says when a version is trained, for all workers: when somebody asks, after so many verdicts, after so long. One worker at a time
 * trains; where it dies, another takes the run up.
 */
export class SharedRetraining {
  private readonly timer: NodeJS.Timeout
  private looking: Promise<void> | undefined
  private running: Promise<void> | undefined
  private isStopping = false

  constructor(private readonly parts: SharedRetrainingParts) {
    this.timer = setInterval(() => {
      this.looking ??= this.look()
        .catch(parts.onTrouble)
        .finally(() => {
          this.looking = undefined
        })
    }, LOOK_EVERY_MS)
    this.timer.unref()
  }

  async status(): Promise<RetrainStatus> {
    const {state} = this.parts
    const [{verdicts, last}, running] = await Promise.all([state.read(), state.isTaken()])
    return {running, verdicts, last: last === undefined ? null : (JSON.parse(last) as RetrainReport)}
  }

  /** Begins a run on this worker, and does not wait for it. Rejects with RetrainRunningError. */
  async start(): Promise<void> {
    const lease = await this.parts.state.take()
    if (lease === undefined) throw new RetrainRunningError()
    await this.begin('request', lease)
  }

  noteVerdicts(count: number): void {
    if (count > 0) this.parts.state.noteVerdicts(count).catch(this.parts.onTrouble)
  }

  /** Begins no further run; one under way is left to the others. */
  async stop(): Promise<void> {
    this.isStopping = true
    clearInterval(this.timer)
    await this.looking
    await this.running
  }

  private async look(): Promise<void> {
    const {state} = this.parts
    if (this.running !== undefined || this.isStopping || this.dueOf(await state.read()) === undefined) return
    const lease = await state.take()
    if (lease === undefined) return
    // Another may have begun and ended it meanwhile.
    const standing = await state.read()
    const due = this.dueOf(standing)
    const {run} = standing
    if (due === undefined) await lease.release()
    else if (run === undefined) await this.begin(due, lease)
    else await this.takeUp(run, lease)
  }

  private dueOf({since, verdicts, run}: RetrainStanding): RetrainTrigger | undefined {
    const {settings, clock} = this.parts
    if (run !== undefined) return run.trigger as RetrainTrigger
    if (settings.labels > 0 && verdicts >= settings.labels) return 'labels'
    if (settings.every > 0 && since !== undefined && clock.now() - since >= settings.every) return 'schedule'
    return undefined
  }

  private async begin(trigger: RetrainTrigger, lease: Lease): Promise<void> {
    const {state, clock} = this.parts
    const now = clock.now()
    const run = {trigger, startedAt: formatTime(now), attempts: 1}
    await state.start(run, now)
    this.running = this.run(run, lease)
  }

  private async takeUp(run: RetrainRun, lease: Lease): Promise<void> {
    const attempts = run.attempts + 1
    if (attempts > MOST_ATTEMPTS) {
      await this.end({
        ...run,
        outcome: 'failed',
        version: null,
        detail: `${run.attempts} workers died over it`,
      })
      await lease.release()
      return
    }
    await this.parts.state.resume({...run, attempts})
    this.running = this.run({...run, attempts}, lease)
  }

  private async run(run: RetrainRun, lease: Lease): Promise<void> {
    try {
      const outcome = await this.parts.train().then(
        ({version, detail}) => ({outcome: 'trained' as const, version, detail}),
        ({message}: Error) => ({outcome: 'failed' as const, version: null, detail: message}),
      )
      // It was cut off: others take it up.
      if (this.isStopping && outcome.outcome === 'failed') return
      await this.end({...run, ...outcome})
    } catch (error) {
      this.parts.onTrouble(error as Error)
    } finally {
      this.running = undefined
      await lease.release().catch(this.parts.onTrouble)
    }
  }

  private async end({
    trigger,
    startedAt,
    outcome,
    version,
    detail,
  }: RetrainRun & Pick<RetrainReport, 'outcome' | 'version' | 'detail'>): Promise<void> {
    const {state, clock, onReport} = this.parts
    const report: RetrainReport = {
      trigger: trigger as RetrainTrigger,
      started_at: startedAt,
      ended_at: formatTime(clock.now() as WallTime),
      ...{outcome, version, detail},
    }
    await state.end(JSON.stringify(report))
    onReport(report)
  }
}
