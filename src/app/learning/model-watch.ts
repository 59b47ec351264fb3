import {ModelRefusedError} from '../../core/model/model-refusal.js'
import type {Config} from '../config/config.js'
import type {ModelServing} from './model-serving.js'
import {modelRegistry} from './model-store.js'

const LOOK_EVERY_MS = 2000

export interface WatchedModel {
  readonly config: Config
  readonly serving: ModelServing
  readonly onSwapped: (version: number) => void
  /** Hears why a version was not taken; the one in force stays. */
  readonly onRefused: (message: string) => void
}

/** Puts another version in force when the registry says so: a promotion or a rollback reaches a running service. */
export class ModelWatch {
  private readonly timer: NodeJS.Timeout
  private looking: Promise<void> = Promise.resolve()
  private refused: string | undefined

  constructor(private readonly watched: WatchedModel) {
    this.timer = setInterval(() => {
      this.looking = this.looking.then(() => this.look())
    }, LOOK_EVERY_MS)
    this.timer.unref()
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
      this.refuse(error instanceof ModelRefusedError ? error.message : String(error))
    }
  }

  private refuse(message: string): void {
    if (message !== this.refused) this.watched.onRefused(message)
    this.refused = message
  }
}
