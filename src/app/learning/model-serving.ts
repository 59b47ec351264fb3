import type {ModelScore} from '../../core/decision/model-score.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {FeatureRows} from '../../core/feature/feature-rows.js'
import {reasonsFor} from '../../core/model/reasons.js'
import type {Model, Scorer} from '../../engine/port/model.js'

export interface ServingOptions {
  /** A batch that is not scored by then (ms) goes on without. Undefined: it waits, as a replay does. */
  readonly within?: number | undefined
  /** Hears why transactions get no score, when it begins and when it changes. */
  readonly onTrouble?: (reason: string) => void
}

/** A score is told to so many digits: further ones depend on the machine. */
const DIGITS = 1e7

/**
 * The model that is in force, to be replaced while it is at work: a batch is scored by one version, and an old one is freed
 * when its last batch is through.
 */
export class ModelServing implements Scorer {
  private current: Model | undefined
  private readonly atWork = new Map<Model, number>()
  private trouble: string | undefined

  constructor(private readonly options: ServingOptions = {}) {}

  /** The version in force. */
  get version(): {readonly id: string; readonly version: number} | undefined {
    return this.current === undefined ? undefined : {id: this.current.id, version: this.current.version}
  }

  /** Puts another model in force, or none. */
  swap(model: Model | undefined): void {
    const former = this.current
    this.current = model
    this.trouble = undefined
    if (former !== undefined && former !== model && !this.atWork.has(former)) former.dispose()
  }

  async score(
    rows: FeatureRows,
    explainFrom: number,
  ): Promise<ReadonlyMap<StoredEvent, ModelScore> | undefined> {
    const model = this.current
    if (model === undefined) return undefined
    if (model.features.hash !== rows.schema.hash) {
      this.report(
        `model ${model.id} version ${model.version} was trained on other features than those in force`,
      )
      return undefined
    }
    this.atWork.set(model, (this.atWork.get(model) ?? 0) + 1)
    const scoring = this.scored(model, rows, explainFrom).finally(() => this.workIsDone(model))
    try {
      return await this.inTime(scoring)
    } catch (error) {
      this.report(`model ${model.id} version ${model.version}: ${(error as Error).message}`)
      return undefined
    }
  }

  private async scored(model: Model, {transactions, values}: FeatureRows, explainFrom: number) {
    const {id, version, features, baseline} = model
    const width = features.names.length
    const rows = Float32Array.from(values)
    const scores = await model.score(rows, transactions.length)
    const byTransaction = new Map<StoredEvent, ModelScore>()
    for (const [at, transaction] of transactions.entries()) {
      const score = Math.round((scores[at] as number) * DIGITS) / DIGITS
      if (!(score >= 0 && score <= 1)) {
        this.report(`model ${id} version ${version} gave a score that is no probability`)
        continue
      }
      const row = rows.subarray(at * width, (at + 1) * width)
      const reasons =
        score < explainFrom
          ? []
          : reasonsFor({names: features.names, row, baseline, attributions: await model.attribute(row, 1)})
      byTransaction.set(transaction, {model: {id, version}, score, reasons})
    }
    return byTransaction
  }

  private async inTime<T>(scoring: Promise<T>): Promise<T> {
    const {within} = this.options
    if (within === undefined) return scoring
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it did not answer within ${within} ms`)), within)
    })
    // What comes too late is not waited for, and its failure not heard.
    scoring.catch(() => undefined)
    try {
      return await Promise.race([scoring, tooLate])
    } finally {
      clearTimeout(timer)
    }
  }

  private workIsDone(model: Model): void {
    const left = (this.atWork.get(model) ?? 1) - 1
    if (left > 0) {
      this.atWork.set(model, left)
      return
    }
    this.atWork.delete(model)
    if (model !== this.current) model.dispose()
  }

  private report(reason: string): void {
    if (this.trouble === reason) return
    this.trouble = reason
    this.options.onTrouble?.(reason)
  }
}
