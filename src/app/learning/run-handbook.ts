import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {chooseBackend} from '../../adapters/tensorflow/backend.js'
import {TensorflowTrainer} from '../../adapters/tensorflow/tensorflow-trainer.js'
import {
  evaluateHandbook,
  HANDBOOK_MODELS,
  type HandbookModel,
  type ModelEvaluation,
} from '../../learning/handbook/evaluate-handbook.js'
import {FOLD_DAYS, firstOfDay, TEST_FOLDS, VALIDATION_FOLDS} from '../../learning/handbook/folds.js'
import {handbookFeatures} from '../../learning/handbook/handbook-features.js'
import {HANDBOOK_NETWORK, QUICK_NETWORK} from '../../learning/handbook/handbook-network.js'
import {htmlReport} from '../../learning/report/html-report.js'
import {scorePlots} from '../../learning/report/score-plots.js'
import {handbookDataSet} from '../../simulation/handbook/data-set.js'
import {PUBLISHED_SIZE} from '../../simulation/handbook/options.js'
import {type Console, grouped} from '../cli/console.js'
import {backendWords} from './backend-words.js'
import type {HandbookResult} from './handbook-result.js'
import {handbookTable} from './handbook-words.js'

export interface HandbookRun {
  /** How many customers, from the first on. */
  readonly users: number
  /** A network that is hardly trained, to see whether everything works. */
  readonly isQuick: boolean
  /** Judge on the validation folds: for those who choose settings. */
  readonly onValidation: boolean
  readonly outputDir: string | undefined
}

/** Repeats the handbook's comparison: its data set, its protocol, its logistic regression, and the network shipped here. */
export async function runHandbook(run: HandbookRun, console: Console): Promise<HandbookResult> {
  const started = performance.now()
  console.note(backendWords(await chooseBackend()))
  const {users, days} = {...PUBLISHED_SIZE, users: run.users}
  const data = handbookDataSet({users, days}, (done) =>
    console.progress(`data set: ${grouped(done)} of ${grouped(users)} customers`),
  )
  const folds = run.onValidation ? VALIDATION_FOLDS : TEST_FOLDS
  const calibrationFold = run.onValidation
    ? (VALIDATION_FOLDS[0] as number) - 7
    : (VALIDATION_FOLDS.at(-1) as number)
  const firstId = firstOfDay(data, calibrationFold)
  const endId = firstOfDay(data, (folds.at(-1) as number) + FOLD_DAYS)
  const table = handbookFeatures(data, firstId, endId, (done) =>
    console.progress(`features: ${grouped(done)} of ${grouped(endId)} transactions`),
  )
  const evaluations = new Map<HandbookModel, ModelEvaluation>()
  for (const model of HANDBOOK_MODELS) {
    const settings = run.isQuick ? QUICK_NETWORK : HANDBOOK_NETWORK
    const task = {data, table, trainer: new TensorflowTrainer(), settings, folds, calibrationFold}
    evaluations.set(
      model,
      await evaluateHandbook({...task, onProgress: (text) => console.progress(text)}, model),
    )
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10
  const models = Object.fromEntries([...evaluations].map(([model, {folds, mean}]) => [model, {folds, mean}]))
  const result = {models, seconds} as HandbookResult
  if (run.outputDir !== undefined) await writeReport(run.outputDir, result, evaluations)
  return result
}

async function writeReport(
  folder: string,
  result: HandbookResult,
  evaluations: ReadonlyMap<HandbookModel, ModelEvaluation>,
): Promise<void> {
  await mkdir(folder, {recursive: true})
  await writeFile(join(folder, 'evaluation.json'), `${JSON.stringify(result, undefined, 2)}\n`)
  const report = htmlReport({
    title: 'Fraud Detection Handbook: Tripline against the published results',
    introduction:
      'Trained on one week, judged on the week after the next, four times (prequential, customers known to be defrauded left out). Means over the four test weeks; the plots hold all of them.',
    table: handbookTable(result),
    plots: scorePlots([...evaluations].map(([name, {scored}]) => ({name, ...scored}))),
  })
  await writeFile(join(folder, 'evaluation.html'), report)
}
