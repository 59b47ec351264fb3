import type {Actor} from '../../core/case/audit-record.js'
import type {WallTime} from '../../core/event/time.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Evidence} from '../../learning/evidence/evidence.js'
import type {Config} from '../config/config.js'
import type {LearningAnswer, LearningTask} from '../learning/learning-task.js'
import {modelRegistry} from '../learning/model-store.js'
import {type AddVersion, type LearningParts, retrainOnce, weighOnce} from '../learning/retrain-once.js'
import {runInProcess} from '../learning/run-in-process.js'
import {type PublishedLog, writeServedSnapshot} from '../learning/served-snapshot.js'
import type {ModelDesk} from './model-desk.js'

export interface LearningWorkParts {
  readonly config: Config
  readonly clock: Clock
  /** Of the features in force. */
  readonly schema: () => FeatureSchema
  readonly models: Pick<ModelDesk, 'add' | 'promote'>
  readonly published: PublishedLog
  /** Has a task done; default: by a process of its own. */
  readonly perform?: ((task: LearningTask, signal: AbortSignal) => Promise<LearningAnswer>) | undefined
}

/** Who promotes where nobody asked. */
const BY_ITSELF: Actor = {id: 'service', name: 'model.promotion.automatic'}

/** Trains versions from what was served, and finds out what speaks for them. All of it happens in other processes. */
export class LearningWork {
  private readonly ending = new AbortController()
  private readonly learning: LearningParts

  constructor(private readonly parts: LearningWorkParts) {
    const {config, clock, schema, published, perform = runInProcess} = parts
    const snapshot = (folder: string) => writeServedSnapshot(published, folder, schema())
    this.learning = {config, clock, schema, snapshot, perform}
  }

  /** Trains a version, and promotes it where the settings say so. Returns its number, and what is to be said about it. */
  async train(): Promise<{readonly version: number; readonly detail: string}> {
    const {automatic} = this.parts.config.model.promotion
    const {models} = this.parts
    const add: AddVersion = (...added) => models.add(...added)
    const {version, manifest} = await retrainOnce(this.learning, add, this.ending.signal)
    const {rows, frauds, window} = manifest.training
    const learnt = `learnt from ${rows} transactions, ${frauds} of them fraud, up to ${window.to}`
    const detail = automatic ? `${learnt}; ${await this.promoted(version)}` : learnt
    return {version, detail}
  }

  /** What the feature log says for a version; undefined where it says nothing. */
  async evidence(version: number): Promise<Evidence | undefined> {
    if (!(await this.parts.published.hasServed())) return undefined
    return weighOnce(this.learning, version, this.ending.signal)
  }

  /** When the newest version was trained; undefined if none was. */
  async newestTrainedAt(): Promise<WallTime | undefined> {
    const models = await modelRegistry(this.parts.config).list()
    const times = models.flatMap(({isShipped, content}) =>
      isShipped || content instanceof Error ? [] : [Date.parse(content.created_at)],
    )
    return times.length === 0 ? undefined : (Math.max(...times) as WallTime)
  }

  async verdictsSince(time: number): Promise<number> {
    let count = 0
    for await (const {event_time} of this.parts.published.verdicts())
      if (Date.parse(event_time) > time) count++
    return count
  }

  /** Ends what is under way. */
  stop(): void {
    this.ending.abort()
  }

  private async promoted(version: number): Promise<string> {
    return this.parts.models.promote(version, BY_ITSELF).then(
      ({reason}) => `promoted: ${reason}`,
      ({message}: Error) => message,
    )
  }
}
