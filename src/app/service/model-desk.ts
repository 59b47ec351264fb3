import {Exclusive} from '../../adapters/embedded/exclusive.js'
import type {RegisteredModel} from '../../adapters/files/model-registry.js'
import {RegistryRefusalError} from '../../adapters/files/registry-refusal.js'
import {
  type ListedModel,
  type Models,
  type ModelsService,
  type Promotion,
  PromotionRefusedError,
  UnknownModelError,
} from '../../adapters/http/models-service.js'
import type {Actor} from '../../core/case/audit-record.js'
import {formatTime} from '../../core/event/time.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import {ModelRefusedError} from '../../core/model/model-refusal.js'
import type {AuditTrail} from '../../engine/port/audit-trail.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Evidence} from '../../learning/evidence/evidence.js'
import type {Config} from '../config/config.js'
import {modelRegistry} from '../learning/model-store.js'
import {type AddVersion, LearningFailedError} from '../learning/retrain-once.js'

export interface ModelDeskParts {
  readonly config: Config
  /** Those in force. */
  readonly features: () => FeatureSchema
  /** The version that takes part in decisions now. */
  readonly deciding: () => Models['deciding'] | undefined
  readonly audit: Pick<AuditTrail, 'write'>
  readonly clock: Clock
  /** What the feature log says for a version; undefined where it says nothing. */
  readonly evidence?: ((version: number) => Promise<Evidence | undefined>) | undefined
  /** Lets nobody else change the registry meanwhile; default: nobody of this process. */
  readonly exclusively?: (<T>(task: () => Promise<T>) => Promise<T>) | undefined
}

/** The versions of a running service's model. A promotion reaches decisions when the service next looks at the registry. */
export class ModelDesk implements ModelsService {
  private readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>

  constructor(private readonly parts: ModelDeskParts) {
    const promotions = new Exclusive()
    this.exclusively = parts.exclusively ?? ((task) => promotions.run(task))
  }

  async list(): Promise<Models> {
    const {config, deciding, features} = this.parts
    const models = await modelRegistry(config).list()
    const versionOf = (alias: 'champion' | 'challenger') =>
      models.find(({aliases}) => aliases.includes(alias))?.version ?? null
    return {
      deciding: deciding() ?? null,
      alias: config.model.alias,
      champion: versionOf('champion'),
      challenger: versionOf('challenger'),
      models: models.map((model) => toListed(model, features().hash)),
    }
  }

  /** Adds a version that was trained beside the service. Returns its number. */
  add(...version: Parameters<AddVersion>): ReturnType<AddVersion> {
    return this.exclusively(() => modelRegistry(this.parts.config).add(...version))
  }

  promote(version: number, by: Actor): Promise<Promotion> {
    return this.exclusively(async () => {
      const {config, features, audit, clock} = this.parts
      const registry = modelRegistry(config)
      const versions = (await registry.list()).map((model) => model.version)
      if (!versions.includes(version)) throw new UnknownModelError(versions)
      const previous = (await registry.versionOf('champion')) ?? null
      // Nothing of TensorFlow.js is loaded before somebody asks for it: it takes half a second.
      const [{chooseBackend}, {promote}] = await Promise.all([
        import('../../adapters/tensorflow/backend.js'),
        import('../learning/promotion.js'),
      ])
      const at = formatTime(clock.now())
      const reason = await chooseBackend(config.model.backend)
        .then(async () => {
          const {minFrauds} = config.model.promotion
          const evidence = await this.parts.evidence?.(version)
          return promote(registry, version, {schema: features(), at, minFrauds, evidence})
        })
        .catch(asRefusal)
      await audit.write({
        actor: by,
        action: 'model.promote',
        subject: {type: 'model', id: String(version)},
        before: {champion: previous},
        after: {champion: version, reason},
      })
      return {champion: version, previous, reason}
    })
  }

  rollback(by: Actor): Promise<Promotion> {
    return this.exclusively(async () => {
      const {config, audit, clock} = this.parts
      const registry = modelRegistry(config)
      const previous = (await registry.versionOf('champion')) ?? null
      const champion = await registry.rollback(formatTime(clock.now())).catch(asRefusal)
      const reason = `version ${previous} did not do`
      await audit.write({
        actor: by,
        action: 'model.rollback',
        subject: {type: 'model', id: String(champion)},
        before: {champion: previous},
        after: {champion, reason},
      })
      return {champion, previous, reason}
    })
  }
}

function toListed({version, aliases, isShipped, content}: RegisteredModel, inForce: string): ListedModel {
  const common = {version, aliases: [...aliases], shipped: isShipped}
  if (content instanceof Error) {
    const {code, message} = content
    return {...common, about: null, refused: {code, message}}
  }
  const {id, created_at, features, training, threshold, metrics, compared} = content
  const {window, rows, frauds} = training
  const about = {
    ...{id, created_at, metrics, compared},
    features: features.hash,
    fits: features.hash === inForce,
    trained_on: {...window, rows, frauds},
    threshold: threshold.score,
  }
  return {...common, about, refused: null}
}

function asRefusal(error: unknown): never {
  const isRefusal = [RegistryRefusalError, ModelRefusedError, LearningFailedError].some(
    (refusal) => error instanceof refusal,
  )
  if (isRefusal) throw new PromotionRefusedError(error as Error)
  throw error
}
