import {
  type RetrainReport,
  RetrainRunningError,
  type RetrainStatus,
  type RetrainTrigger,
} from '../../adapters/http/retrain-service.js'
import {formatTime, type WallTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Config} from '../config/config.js'

export interface RetrainingParts {
  readonly settings: Config['model']['retrain']
  readonly clock: Clock
  /** Trains a version. Returns its number, and what is to be said about it. */
  readonly train: () => Promise<{readonly version: number; readonly detail: string}>
  /** Hears what came of each run. */
  readonly onReport: (report: RetrainReport) => void
}

/** How often it looks whether it is time. */
const LOOK_EVERY_MS = 1000

/**
 * Says when a version is trained: when somebody asks, after so many verdicts, after so long. One run at a time. A run that fails changes
 * nothing, and says so; what brought it about has to come about anew.
 */
export class Retraining {
  private readonly timer: NodeJS.Timeout
  private running: Promise<void> | undefined
  private last: RetrainReport | null = null

  constructor(
    private readonly parts: RetrainingParts,
    /** When the newest version was trained. */
    private since: WallTime,
    /** How many verdicts came since then. */
    private verdicts: number,
  ) {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS)
    this.timer.unref()
  }

  status(): RetrainStatus {
    return {running: this.running !== undefined, verdicts: this.verdicts, last: this.last}
  }

  /** Begins a run, and does not wait for it. Throws RetrainRunningError. */
  start(trigger: RetrainTrigger): void {
    if (this.running !== undefined) throw new RetrainRunningError()
    this.since = this.parts.clock.now()
    this.verdicts = 0
    this.running = this.run(trigger).finally(() => {
      this.running = undefined
    })
  }

  noteVerdicts(count: number): void {
    this.verdicts += count
  }

  /** Begins no further run, and waits for the end of one under way. */
  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.running
  }

  private look(): void {
    if (this.running !== undefined) return
    const {settings, clock} = this.parts
    if (settings.labels > 0 && this.verdicts >= settings.labels) this.start('labels')
    else if (settings.every > 0 && clock.now() - this.since >= settings.every) this.start('schedule')
  }

  private async run(trigger: RetrainTrigger): Promise<void> {
    const {clock, train, onReport} = this.parts
    const startedAt = formatTime(clock.now())
    const outcome = await train().then(
      ({version, detail}) => ({outcome: 'trained' as const, version, detail}),
      ({message}: Error) => ({outcome: 'failed' as const, version: null, detail: message}),
    )
    this.last = {trigger, started_at: startedAt, ended_at: formatTime(clock.now()), ...outcome}
    onReport(this.last)
  }
}
