import type {Bundle} from '../../../core/bundle/bundle.js'
import {TRANSACTIONS} from '../../../core/event/stream.js'
import type {EventTime} from '../../../core/event/time.js'
import type {CommittedBatch} from '../../../engine/operator/batch.js'
import {JudgedWeek, type WeekFigures} from '../../../learning/loop/judged-week.js'
import {PendingVerdicts} from '../../../learning/loop/pending-verdicts.js'
import {reveal} from '../../../learning/loop/reveal.js'
import {resolveOptions} from '../../../simulation/scenario/options.js'
import {nothingPlanted} from '../../../simulation/scenario/planted.js'
import {scenarioTraffic} from '../../../simulation/scenario/scenario-traffic.js'
import {runReplay} from '../../replay/run-replay.js'
import {TrainingCollector} from '../collect-training.js'
import {ModelServing} from '../model-serving.js'
import {loopLines} from './loop-lines.js'
import {KNOWN_WEEKS, type LoopOptions, loopTraffic} from './loop-settings.js'
import {trainWeekly} from './weekly-training.js'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS

export interface WeeksToPlay {
  readonly options: LoopOptions
  readonly bundle: Bundle
  /** Whether a new version is trained every week, or the first one stays. */
  readonly retrains: boolean
  readonly onProgress: (text: string) => void
}

/**
 * Plays simulated weeks through the engine, with features, rules and a model, and reveals what is fraud when somebody would know.
 * Resolves with the figures of each week after the known ones. TensorFlow.js has its backend.
 */
export async function playWeeks(play: WeeksToPlay): Promise<WeekFigures[]> {
  const player = new WeekPlayer(play)
  await player.run()
  return player.weeks.map((week) => week.figures(play.options.alertsPerDay))
}

class WeekPlayer {
  readonly weeks: JudgedWeek[] = []
  private readonly serving = new ModelServing()
  private readonly verdicts = new PendingVerdicts()
  private readonly planted = nothingPlanted()
  private readonly collector: TrainingCollector
  /** By transaction: the fraud that it is part of. */
  private readonly frauds = new Map<string, string>()
  private fraudsRead = 0
  private readonly start: number

  constructor(private readonly play: WeeksToPlay) {
    this.start = resolveOptions(loopTraffic(play.options)).start
    this.collector = new TrainingCollector(play.bundle.features.schema.names.length)
  }

  async run(): Promise<void> {
    const {options, bundle} = this.play
    const stops = Array.from({length: options.weeks}, (_, week) => this.beginOf(week))
    await runReplay({
      lines: loopLines({
        traffic: scenarioTraffic(loopTraffic(options), this.planted),
        verdicts: this.verdicts,
        stops,
        onStop: (stop) => this.beginWeek(stop as EventTime),
      }),
      bundle,
      servesFeatures: true,
      scorer: this.serving,
      publisher: {publish: async () => undefined},
      onBatch: (batch) => this.take(batch),
    })
    this.serving.swap(undefined)
  }

  private beginOf(week: number): number {
    return this.start + (KNOWN_WEEKS + week) * WEEK_MS
  }

  private async beginWeek(now: EventTime): Promise<void> {
    const {options, bundle, retrains, onProgress} = this.play
    const version = this.weeks.length + 1
    const name = retrains ? 'with the loop' : 'without the loop'
    if (version === 1 || retrains) {
      const {schema} = bundle.features
      const {model, labels} = await trainWeekly(
        ...([this.collector, now, version, options, schema] as const),
        ({epoch, epochs}) => onProgress(`${name}: week ${version}, training, epoch ${epoch} of ${epochs}`),
      )
      this.serving.swap(model)
      this.weeks.push(new JudgedWeek(labels, version))
    } else this.weeks.push(new JudgedWeek(0, 1))
    onProgress(`${name}: week ${version} of ${options.weeks}`)
  }

  private take(batch: CommittedBatch): void {
    this.readPlanted()
    this.collector.add(batch)
    this.reveal(batch)
    for (const [{id, time}, {score}] of batch.scores ?? []) {
      const week = this.weeks[Math.floor((time - this.beginOf(0)) / WEEK_MS)]
      week?.add({score, day: Math.floor(time / DAY_MS), fraudId: this.frauds.get(id)})
    }
  }

  /** A fraud is listed before its first transaction arrives. */
  private readPlanted(): void {
    const {frauds} = this.planted
    for (; this.fraudsRead < frauds.length; this.fraudsRead++) {
      const {fraud_id, transaction_ids} = frauds[this.fraudsRead] as (typeof frauds)[number]
      for (const id of transaction_ids) this.frauds.set(id, fraud_id)
    }
  }

  private reveal({decisions, accepted}: CommittedBatch): void {
    const declinedByIssuer = new Set<string>()
    for (const {event} of accepted)
      if (event.stream === TRANSACTIONS && event.fields.auth_result === 'declined')
        declinedByIssuer.add(event.id)
    for (const {
      transaction_id: transactionId,
      user_id: userId,
      decision,
      revision,
      event_time,
    } of decisions) {
      // A revision is judged like a first decision where it holds something up.
      if (revision > 0 && decision === 'approve') continue
      const isReviewed = decision !== 'approve'
      const verdict = reveal(
        {
          ...{transactionId, userId, isReviewed},
          time: Date.parse(event_time),
          wentThrough: !isReviewed && !declinedByIssuer.has(transactionId),
          isFraud: this.frauds.has(transactionId),
        },
        this.play.options.seed,
      )
      if (verdict !== undefined) this.verdicts.add(verdict)
    }
  }
}
