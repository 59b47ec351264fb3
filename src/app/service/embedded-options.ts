import type {RetrainReport} from '../../adapters/http/retrain-service.js'
import type {ActivationReport} from '../../adapters/http/rules-service.js'
import type {CommittedBatch} from '../../engine/operator/batch.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Scorer} from '../../engine/port/model.js'
import type {LoadedBundle} from '../bundle/load-bundle.js'
import type {Config} from '../config/config.js'

export interface EmbeddedServiceOptions {
  readonly config: Config
  /**
   * What the rules and features folders hold; without it, the service goes on with what was in force, which is refused
   * where nothing ran before.
   */
  readonly folder: LoadedBundle | undefined
  readonly dataDir: string
  readonly clock: Clock
  /** Without one, rules alone decide. */
  readonly scorer?: Scorer | undefined
  /** What `tripline` runs, for work in a process of its own; the program that this is part of, if absent. */
  readonly program?: string | undefined
  /** Hears of every batch after it is published. */
  readonly onBatch?: ((batch: CommittedBatch) => void) | undefined
  /** Hears of other rules that came into force. */
  readonly onActivated?: ((report: ActivationReport) => void) | undefined
  /** Hears why the folder's rules did not. */
  readonly onRefused?: ((faults: readonly string[]) => void) | undefined
  /** Hears what came of training a version from what was served. */
  readonly onRetrained?: ((report: RetrainReport) => void) | undefined
  /** Hears why messages to subscribers could not be taken from their queue or put back; it is tried again. */
  readonly onWebhookFailure?: ((error: Error) => void) | undefined
  /** The pipeline stopped by itself. Nothing acknowledged is lost: a new start goes on from the last commit. */
  readonly onFailure: (error: Error) => void
}
