import type {Logger} from 'pino'
import type {Config} from '../config/config.js'
import type {ModelServing} from '../learning/model-serving.js'
import {ModelWatch} from '../learning/model-watch.js'
import {scorerOf} from '../learning/scorer-of.js'

/** A batch whose scores take longer is decided by rules alone. */
const MODEL_LIMIT_MS = 100

/** The model of a running service: it scores, and follows the registry from `watch` on. */
export class ServiceModel {
  private modelWatch: ModelWatch | undefined

  private constructor(
    /** Undefined where the configuration asks for no model. */
    readonly scorer: ModelServing | undefined,
    private readonly config: Config,
    private readonly log: Logger,
  ) {}

  static async open(config: Config, log: Logger): Promise<ServiceModel> {
    const scorer = await scorerOf(config, {
      within: MODEL_LIMIT_MS,
      onTrouble: (reason) => log.error({reason}, 'the model does not score; rules alone decide'),
      withShadow: true,
      onShadowTrouble: (reason) =>
        log.warn({reason}, 'the challenger does not score; decisions do not need it'),
    })
    return new ServiceModel(scorer, config, log)
  }

  /** Resolves when what the registry says now is in force. */
  async watch(): Promise<void> {
    const {scorer, config, log} = this
    if (scorer === undefined) return
    this.modelWatch = new ModelWatch({
      config,
      serving: scorer,
      onSwapped: (version) => log.info({version}, 'another version of the model is in force'),
      onShadowed: (version) => log.info({version: version ?? null}, 'the challenger in shadow changed'),
      onRefused: (reason) => log.error({reason}, 'a version of the model was refused'),
    })
    await this.modelWatch.lookNow()
  }

  async stop(): Promise<void> {
    await this.modelWatch?.stop()
  }
}
