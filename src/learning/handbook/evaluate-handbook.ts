import {type Calibration, calibrated} from '../../core/model/calibration.js'
import type {Network} from '../../core/model/network.js'
import {scaleRows, scalingOf} from '../../core/model/scaling.js'
import type {NetworkTrainer} from '../../engine/port/network-trainer.js'
import type {HandbookDataSet} from '../../simulation/handbook/data-set.js'
import {fitCalibration} from '../training/fit-calibration.js'
import {fitEnsemble, type ScaledSet} from '../training/fit-ensemble.js'
import type {NetworkSettings} from '../training/network-settings.js'
import {type FoldScores, foldScores, meanScores} from './fold-scores.js'
import {foldFrom} from './folds.js'
import {type HandbookTable, labelsOf, rowsOf} from './handbook-table.js'
import {BASELINE_FEATURES, FURTHER_FEATURES} from './handbook-views.js'

/** What is compared with the handbook's tables. */
export const HANDBOOK_MODELS = ['logistic_regression', 'tripline'] as const
export type HandbookModel = (typeof HANDBOOK_MODELS)[number]

export interface HandbookTask {
  readonly data: HandbookDataSet
  readonly table: HandbookTable
  readonly trainer: NetworkTrainer
  readonly settings: NetworkSettings
  /** First days of the folds to be judged by. */
  readonly folds: readonly number[]
  /** The fold whose test week calibrates: before the first of `folds` is judged. */
  readonly calibrationFold: number
  readonly onProgress?: ((text: string) => void) | undefined
}

/** Calibrated scores of test transactions. */
export interface ScoredRows {
  readonly scores: Float32Array
  readonly labels: Float32Array
}

export interface ModelEvaluation {
  readonly folds: readonly FoldScores[]
  readonly mean: FoldScores
  /** Of all folds, for the curves. */
  readonly scored: ScoredRows
}

/** The handbook's C of the logistic regression. */
const INVERSE_PENALTY = 1

const FEATURES: {readonly [model in HandbookModel]: readonly string[]} = {
  logistic_regression: BASELINE_FEATURES,
  tripline: [...BASELINE_FEATURES, ...FURTHER_FEATURES],
}

/** Trains and judges a model on each fold. Deterministic: the same task gives the same scores. */
export async function evaluateHandbook(task: HandbookTask, model: HandbookModel): Promise<ModelEvaluation> {
  const calibration = await calibrationOf(task, model)
  const folds: FoldScores[] = []
  const scored: ScoredRows[] = []
  for (const [at, firstDay] of task.folds.entries()) {
    const {test, logits, labels} = await runFold(
      task,
      model,
      firstDay,
      `fold ${at + 1} of ${task.folds.length}`,
    )
    folds.push(foldScores(task.data, test, logits, labels))
    scored.push({scores: calibrated(logits, calibration), labels})
  }
  return {
    folds,
    mean: meanScores(folds),
    scored: {
      scores: Float32Array.from(scored.flatMap(({scores}) => [...scores])),
      labels: Float32Array.from(scored.flatMap(({labels}) => [...labels])),
    },
  }
}

async function calibrationOf(task: HandbookTask, model: HandbookModel): Promise<Calibration> {
  const {logits, labels} = await runFold(task, model, task.calibrationFold, 'calibration')
  return fitCalibration(logits, labels)
}

/** Trains on the first week of a fold and scores its test week. */
async function runFold(task: HandbookTask, model: HandbookModel, firstDay: number, name: string) {
  const {data, table, trainer} = task
  const {train, test} = foldFrom(data, firstDay)
  const rows = rowsOf(table, train, FEATURES[model])
  const labels = labelsOf(data, train)
  const scaling = scalingOf(rows, FEATURES[model].length)
  const set = {rows: scaleRows(rows, scaling), labels, weights: labels.map(() => 1)}
  const networks = await fitted(task, model, set, name)
  const testRows = scaleRows(rowsOf(table, test, FEATURES[model]), scaling)
  return {test, logits: await trainer.logits(networks, testRows), labels: labelsOf(data, test)}
}

async function fitted(
  {trainer, settings, onProgress}: HandbookTask,
  model: HandbookModel,
  set: ScaledSet,
  name: string,
): Promise<Network[]> {
  if (model === 'logistic_regression') {
    onProgress?.(`${model}, ${name}`)
    return [await trainer.fitLogisticRegression(set, INVERSE_PENALTY)]
  }
  return fitEnsemble(trainer, {
    set,
    settings,
    onProgress: ({member, members, epoch, epochs, loss}) =>
      onProgress?.(
        `${model}, ${name}: network ${member} of ${members}, epoch ${epoch} of ${epochs}, loss ${loss.toFixed(5)}`,
      ),
  })
}
