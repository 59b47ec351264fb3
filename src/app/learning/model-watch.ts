import {ModelRefusedError} from '../../core/model/model-refusal.js'
import type {Config} from '../config/config.js'
import type {ModelServing} from './model-serving.js'
import {modelRegistry, shadowVersionOf} from './model-store.js'

const LOOK_EVERY_MS = 2000

export interface WatchedModel {
  readonly config: Config
  readonly serving: ModelServing
  readonly onSwapped: (version: number) => void
  /** Hears why a version was not taken; the one in force stays. */
  readonly onRefused: (message: string) => void
  /** Hears of another version in shadow; undefined: there is none any more. */
  readonly onShadowed?: ((version: number | undefined) => void) | undefined
}

/**
 * Puts another version in force, or in shadow, when the registry says so: a promotion, a rollback, a new challenger reach a running
 * service.
 */
export class ModelWatch {
  private readonly timer: NodeJS.Timeout
  private looking: Promise<void> = Promise.resolve()
  private refused: string | undefined
  private refusedShadow: string | undefined

  constructor(private readonly watched: WatchedModel) {
    this.timer = setInterval(() => void this.lookNow(), LOOK_EVERY_MS)
    this.timer.unref()
  }

  /** Resolves when what the registry says now is in force, or was refused. */
  lookNow(): Promise<void> {
    this.looking = this.looking.then(() => this.look()).then(() => this.lookAtShadow())
    return this.looking
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.looking
  }

  private async look(): Promise<void> {
    const {config, serving, onSwapped} = this.watched
    try {
      const {alias} = config.model
      const version = alias === 'none' ? undefined : await modelRegistry(config).versionOf(alias)
      if (version === undefined || version === serving.version?.version) return
      const {currentModel} = await import('./open-serving.js')
      serving.swap(await currentModel(config))
      this.refused = undefined
      onSwapped(version)
    } catch (error) {
      this.refused = this.refuse(error, this.refused)
    }
  }

  private async lookAtShadow(): Promise<void> {
    const {config, serving, onShadowed} = this.watched
    try {
      const version = await shadowVersionOf(config)
      if (version === serving.shadowVersion?.version) return
      const {shadowModel} = await import('./open-serving.js')
      serving.swapShadow(await shadowModel(config))
      this.refusedShadow = undefined
      onShadowed?.(version)
    } catch (error) {
      this.refusedShadow = this.refuse(error, this.refusedShadow)
    }
  }

  /** Tells why a version was not taken, once. */
  private refuse(error: unknown, told: string | undefined): string {
    const message = error instanceof ModelRefusedError ? error.message : String(error)
    if (message !== told) this.watched.onRefused(message)
    return message
  }
}
