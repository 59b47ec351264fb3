import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import type {RetrainReport, RetrainService, RetrainStatus} from '../../adapters/http/retrain-service.js'
import type {LearningMetrics} from '../../adapters/telemetry/learning-metrics.js'
import type {Actor} from '../../core/case/audit-record.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {AuditTrail} from '../../engine/port/audit-trail.js'
import type {Evidence} from '../../learning/evidence/evidence.js'
import {Retraining} from '../learning/retraining.js'
import {publishedIn} from '../learning/served-snapshot.js'
import {LearningWork, type LearningWorkParts} from './learning-work.js'
import {retrainAsked} from './retrain-asked.js'

export interface LearningDeskParts extends Omit<LearningWorkParts, 'published'> {
  readonly database: EmbeddedDatabase
  readonly audit: Pick<AuditTrail, 'write'>
  readonly counted: LearningMetrics
  /** Hears what came of each run. */
  readonly onReport?: ((report: RetrainReport) => void) | undefined
}

/** Says when a version is trained from what the embedded service served, and what speaks for a version. */
export class LearningDesk implements RetrainService {
  private readonly work: LearningWork
  private retraining: Retraining | undefined
  private beginning: Promise<Retraining> | undefined

  constructor(private readonly parts: LearningDeskParts) {
    this.work = new LearningWork({...parts, published: publishedIn(parts.database)})
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
    const trainedAt = await this.work.newestTrainedAt()
    const since = trainedAt ?? clock.now()
    const verdicts = config.model.retrain.labels > 0 ? await this.work.verdictsSince(trainedAt ?? 0) : 0
    const settings = config.model.retrain
    const train = () => this.work.train()
    this.retraining = new Retraining({settings, clock, onReport, train}, since, verdicts)
    return this.retraining
  }

  observe({verdicts}: CommittedBatch): void {
    this.retraining?.noteVerdicts(verdicts.length)
  }

  async status(): Promise<RetrainStatus> {
    return this.retraining?.status() ?? {running: false, verdicts: 0, last: null}
  }

  async retrain(by: Actor): Promise<RetrainStatus> {
    const retraining = await this.begin()
    retraining.start('request')
    await this.parts.audit.write(retrainAsked(by))
    return retraining.status()
  }

  /** What the feature log says for a version; undefined where it says nothing. */
  evidence(version: number): Promise<Evidence | undefined> {
    return this.work.evidence(version)
  }

  async stop(): Promise<void> {
    this.work.stop()
    await (await this.beginning)?.stop()
  }
}
