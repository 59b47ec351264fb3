import type {WallTime} from '../../core/event/time.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import type {Evidence} from '../../learning/evidence/evidence.js'
import type {VerdictCounts} from '../../learning/training/training-labels.js'
import type {Config} from '../config/config.js'

/** What a process that learns beside a service is told: plain data, for it crosses to that process. */
export interface LearningTask {
  /** Folder of a snapshot of what was served. */
  readonly snapshot: string
  readonly models: {readonly folder: string; readonly shipped: string}
  /** Of the features in force. */
  readonly schema: FeatureSchema
  readonly backend: Config['model']['backend']
  /** In ms. */
  readonly maturity: number
  readonly now: WallTime
  readonly work: TrainWork | WeighWork
}

/** Trains a version, and writes it to a folder of its own: the registry is the service's. */
export interface TrainWork {
  readonly kind: 'train'
  readonly out: string
}

/** Finds out what speaks for a version. */
export interface WeighWork {
  readonly kind: 'weigh'
  readonly challenger: number
}

/** What came of it. */
export type LearningAnswer =
  | {readonly kind: 'trained'; readonly verdicts: VerdictCounts | null; readonly otherFeatures: number}
  | {readonly kind: 'weighed'; readonly evidence: Evidence | null}
  | {readonly kind: 'failed'; readonly message: string}
