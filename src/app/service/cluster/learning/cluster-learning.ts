import type {RetrainReport, RetrainService, RetrainStatus} from '../../../../adapters/http/retrain-service.js'
import type {Keyspace} from '../../../../adapters/redis/keyspace.js'
import {RedisRetrainState} from '../../../../adapters/redis/learning/retrain-state.js'
import {PublishedInOrder} from '../../../../adapters/redis/published-in-order.js'
import type {RedisConnection} from '../../../../adapters/redis/redis-connection.js'
import type {Actor} from '../../../../core/case/audit-record.js'
import type {CommittedBatch} from '../../../../engine/operator/batch.js'
import type {AuditTrail} from '../../../../engine/port/audit-trail.js'
import type {Evidence} from '../../../../learning/evidence/evidence.js'
import type {PublishedLog} from '../../../learning/served-snapshot.js'
import {LearningWork, type LearningWorkParts} from '../../learning-work.js'
import {retrainAsked} from '../../retrain-asked.js'
import {SharedRetraining} from './shared-retraining.js'

export interface ClusterLearningParts extends Omit<LearningWorkParts, 'published'> {
  readonly redis: RedisConnection
  readonly keyspace: Keyspace
  readonly audit: Pick<AuditTrail, 'write'>
  /** Hears what came of each run of this worker. */
  readonly onReport: (report: RetrainReport) => void
  /** Hears of what went wrong and is tried again. */
  readonly onTrouble: (error: Error) => void
}

const EVER = {from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY}

/** Has versions trained from what all workers served, by one of them at a time, and says what speaks for a version. */
export class ClusterLearning implements RetrainService {
  private readonly work: LearningWork
  private readonly state: RedisRetrainState
  private retraining: SharedRetraining | undefined

  constructor(private readonly parts: ClusterLearningParts) {
    const {redis, keyspace} = parts
    this.state = new RedisRetrainState(redis, keyspace)
    this.work = new LearningWork({...parts, published: publishedBy(redis, keyspace)})
  }

  /** From now on versions are trained by the number of verdicts and by schedule, too. */
  async begin(): Promise<void> {
    const {config, clock, onReport, onTrouble} = this.parts
    const trainedAt = await this.work.newestTrainedAt()
    if (await this.state.begin(trainedAt ?? clock.now()))
      await this.state.noteVerdicts(await this.work.verdictsSince(trainedAt ?? 0))
    const train = () => this.work.train()
    const settings = config.model.retrain
    this.retraining = new SharedRetraining({
      ...{settings, clock, state: this.state, train, onReport, onTrouble},
    })
  }

  observe({verdicts}: CommittedBatch): void {
    this.retraining?.noteVerdicts(verdicts.length)
  }

  async status(): Promise<RetrainStatus> {
    return (await this.retraining?.status()) ?? {running: false, verdicts: 0, last: null}
  }

  async retrain(by: Actor): Promise<RetrainStatus> {
    await this.retraining?.start()
    await this.parts.audit.write(retrainAsked(by))
    return this.status()
  }

  /** What the feature log says for a version; undefined where it says nothing. */
  evidence(version: number): Promise<Evidence | undefined> {
    return this.work.evidence(version)
  }

  async stop(): Promise<void> {
    this.work.stop()
    await this.retraining?.stop()
  }
}

function publishedBy(redis: RedisConnection, keyspace: Keyspace): PublishedLog {
  const published = new PublishedInOrder(redis, keyspace)
  return {
    features: () => published.servedFeatures(EVER),
    verdicts: () => published.verdicts(EVER),
    hasServed: async () => {
      for await (const _ of published.servedFeatures(EVER)) return true
      return false
    },
  }
}
