import type {ModelScore} from '../../core/decision/model-score.js'
import type {StoredEvent} from '../../core/event/stored-event.js'
import type {FeatureRows} from '../../core/feature/feature-rows.js'
import type {TrainedOn} from '../../core/model/drift-watch.js'
import {reasonsFor} from '../../core/model/reasons.js'
import type {Model, Scorer, ShadowScore} from '../../engine/port/model.js'
import {ModelSlot} from './model-slot.js'

export interface ServingOptions {
  /** A batch that is not scored by then (ms) goes on without. Undefined: it waits, as a replay does. */
  readonly within?: number | undefined
  /** Hears why transactions get no score, when it begins and when it changes. */
  readonly onTrouble?: (reason: string) => void
  /** Whether the challenger is tried beside the champion. */
  readonly withShadow?: boolean
  /** Hears why the version in shadow gives no score. */
  readonly onShadowTrouble?: (reason: string) => void
}

/** A score is told to so many digits: further ones depend on the machine. */
const DIGITS = 1e7

const LACKING = {lacksFeatures: true} as const
/** Of most scores: one list for all, which are kept for hours. */
const NO_REASONS: ModelScore['reasons'] = []

type Version = {readonly id: string; readonly version: number} | undefined

/** The model in force and the one in shadow beside it: a batch is scored by one version of each. */
export class ModelServing implements Scorer {
  private readonly deciding: ModelSlot
  private readonly tried: ModelSlot

  constructor({within, onTrouble, onShadowTrouble}: ServingOptions = {}) {
    this.deciding = new ModelSlot(within, onTrouble)
    this.tried = new ModelSlot(within, onShadowTrouble)
  }

  /** The version in force. */
  get version(): Version {
    return versionOf(this.deciding.current)
  }

  /** The version in shadow. */
  get shadowVersion(): Version {
    return versionOf(this.tried.current)
  }

  get trained(): TrainedOn | undefined {
    const {current} = this.deciding
    return (
      current && {version: current.version, features: current.features, distribution: current.distribution}
    )
  }

  /** Puts another model in force, or none. */
  swap(model: Model | undefined): void {
    this.deciding.swap(model)
  }

  /** Puts another model in shadow, or none. */
  swapShadow(model: Model | undefined): void {
    this.tried.swap(model)
  }

  async score(
    rows: FeatureRows,
    explainFrom: number,
  ): Promise<ReadonlyMap<StoredEvent, ModelScore> | undefined> {
    const {deciding} = this
    if (!fits(deciding, rows)) return undefined
    return deciding.use(async (model) => {
      const {id, version, features, baseline} = model
      const identity = {id, version}
      const width = features.names.length
      const matrix = Float32Array.from(rows.values)
      const byTransaction = new Map<StoredEvent, ModelScore>()
      const lacking = rows.withheld.some((column) => model.learnt[column]) ? LACKING : undefined
      for (const [at, score] of await scoresOf(model, matrix, rows, deciding)) {
        const row = matrix.subarray(at * width, (at + 1) * width)
        const reasons =
          score < explainFrom
            ? NO_REASONS
            : reasonsFor({names: features.names, row, baseline, attributions: await model.attribute(row, 1)})
        byTransaction.set(transactionAt(rows, at), {model: identity, score, reasons, ...lacking})
      }
      return byTransaction
    })
  }

  async shadow(rows: FeatureRows): Promise<ReadonlyMap<StoredEvent, ShadowScore> | undefined> {
    const {tried} = this
    if (!fits(tried, rows)) return undefined
    return tried.use(async (model) => {
      const scores = await scoresOf(model, Float32Array.from(rows.values), rows, tried)
      const {version} = model
      return new Map([...scores].map(([at, score]) => [transactionAt(rows, at), {version, score}]))
    })
  }
}

/** By row: the scores that are probabilities. */
async function scoresOf(
  model: Model,
  matrix: Float32Array,
  {transactions}: FeatureRows,
  slot: ModelSlot,
): Promise<ReadonlyMap<number, number>> {
  const raw = await model.score(matrix, transactions.length)
  const scores = new Map<number, number>()
  for (let at = 0; at < transactions.length; at++) {
    const score = Math.round((raw[at] as number) * DIGITS) / DIGITS
    if (score >= 0 && score <= 1) scores.set(at, score)
    else slot.report(`model ${model.id} version ${model.version} gave a score that is no probability`)
  }
  return scores
}

/** Whether there is a model, and it was trained on such rows. */
function fits(slot: ModelSlot, {schema}: FeatureRows): boolean {
  const model = slot.current
  if (model === undefined) return false
  if (model.features.hash === schema.hash) return true
  slot.report(`model ${model.id} version ${model.version} was trained on other features than those in force`)
  return false
}

function transactionAt({transactions}: FeatureRows, at: number): StoredEvent {
  return transactions[at] as StoredEvent
}

function versionOf(model: Model | undefined): Version {
  return model === undefined ? undefined : {id: model.id, version: model.version}
}
