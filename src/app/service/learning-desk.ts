import {rm} from 'node:fs/promises'
import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {hasServed} from '../../adapters/embedded/published-in-order.js'
import {publishedVerdicts} from '../../adapters/embedded/published-verdicts.js'
import type {RetrainReport, RetrainService, RetrainStatus} from '../../adapters/http/retrain-service.js'
import type {LearningMetrics} from '../../adapters/telemetry/learning-metrics.js'
import type {Actor} from '../../core/case/audit-record.js'
import type {WallTime} from '../../core/event/time.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {AuditTrail} from '../../engine/port/audit-trail.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Evidence} from '../../learning/evidence/evidence.js'
import type {Config} from '../config/config.js'
import type {LearningAnswer, LearningTask} from '../learning/learning-task.js'
import {modelRegistry} from '../learning/model-store.js'
import {
  type AddVersion,
  type LearningParts,
  retrainOnce,
  weighOnce,
  workFolder,
} from '../learning/retrain-once.js'
import {Retraining} from '../learning/retraining.js'
import {runInProcess} from '../learning/run-in-process.js'
import {writeServedSnapshot} from '../learning/served-snapshot.js'
import type {ModelDesk} from './model-desk.js'

export interface LearningDeskParts {
  readonly config: Config
  readonly database: EmbeddedDatabase
  readonly audit: Pick<AuditTrail, 'write'>
  readonly clock: Clock
  /** Of the features in force. */
  readonly schema: () => FeatureSchema
  readonly models: ModelDesk
  readonly counted: LearningMetrics
  /** Hears what came of each run. */
  readonly onReport?: ((report: RetrainReport) => void) | undefined
  /** Has a task done; default: by a process of its own. */
  readonly perform?: (task: LearningTask, signal: AbortSignal) => Promise<LearningAnswer>
}

/** Who promotes where nobody asked. */
const BY_ITSELF: Actor = {id: 'service', name: 'model.promotion.automatic'}

/** Trains versions from what the service served, and finds out what speaks for them. All of it happens in other processes. */
export class LearningDesk implements RetrainService {
  private readonly ending = new AbortController()
  private readonly learning: LearningParts
  private retraining: Retraining | undefined
  private beginning: Promise<Retraining> | undefined

  constructor(private readonly parts: LearningDeskParts) {
    const {config, clock, schema, database, perform = runInProcess} = parts
    const snapshot = (folder: string) => writeServedSnapshot(database, folder, schema())
    this.learning = {config, clock, schema, snapshot, perform}
  }

  /** From now on versions are trained by the number of verdicts and by schedule, too. */
  begin(): Promise<Retraining> {
    this.beginning ??= this.prepare()
    return this.beginning
  }

  private async prepare(): Promise<Retraining> {
    const {config, clock, counted, onReport: tell} = this.parts
    const onReport = (report: RetrainReport) => {
      counted.retrained(report)
      tell?.(report)
    }
    await rm(workFolder(config), {recursive: true, force: true})
    const trainedAt = await this.newestTrainedAt()
    const since = trainedAt ?? clock.now()
    const verdicts = config.model.retrain.labels > 0 ? await this.verdictsSince(trainedAt ?? 0) : 0
    const settings = config.model.retrain
    this.retraining = new Retraining({settings, clock, onReport, train: () => this.train()}, since, verdicts)
    return this.retraining
  }

  observe({verdicts}: CommittedBatch): void {
    this.retraining?.noteVerdicts(verdicts.length)
  }

  status(): RetrainStatus {
    return this.retraining?.status() ?? {running: false, verdicts: 0, last: null}
  }

  async retrain(by: Actor): Promise<RetrainStatus> {
    const retraining = await this.begin()
    retraining.start('request')
    await this.parts.audit.write({
      actor: by,
      action: 'model.retrain',
      subject: {type: 'model', id: 'new'},
      before: null,
      after: null,
    })
    return retraining.status()
  }

  /** What the feature log says for a version; undefined where it says nothing. */
  async evidence(version: number): Promise<Evidence | undefined> {
    if (!(await hasServed(this.parts.database))) return undefined
    return weighOnce(this.learning, version, this.ending.signal)
  }

  async stop(): Promise<void> {
    this.ending.abort()
    await (await this.beginning)?.stop()
  }

  private async train(): Promise<{readonly version: number; readonly detail: string}> {
    const {automatic} = this.parts.config.model.promotion
    const {models} = this.parts
    const add: AddVersion = (...added) => models.add(...added)
    const {version, manifest} = await retrainOnce(this.learning, add, this.ending.signal)
    const {rows, frauds, window} = manifest.training
    const learnt = `learnt from ${rows} transactions, ${frauds} of them fraud, up to ${window.to}`
    const detail = automatic ? `${learnt}; ${await this.promoted(version)}` : learnt
    return {version, detail}
  }

  private async promoted(version: number): Promise<string> {
    return this.parts.models.promote(version, BY_ITSELF).then(
      ({reason}) => `promoted: ${reason}`,
      ({message}: Error) => message,
    )
  }

  private async newestTrainedAt(): Promise<WallTime | undefined> {
    const models = await modelRegistry(this.parts.config).list()
    const times = models.flatMap(({isShipped, content}) =>
      isShipped || content instanceof Error ? [] : [Date.parse(content.created_at)],
    )
    return times.length === 0 ? undefined : (Math.max(...times) as WallTime)
  }

  private async verdictsSince(time: number): Promise<number> {
    let count = 0
    for await (const {event_time} of publishedVerdicts(this.parts.database))
      if (Date.parse(event_time) > time) count++
    return count
  }
}
