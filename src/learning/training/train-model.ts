import {type Calibration, calibrated} from '../../core/model/calibration.js'
import {distributionOf, distributionsOf, type ModelDistribution} from '../../core/model/distribution.js'
import type {ModelMetrics} from '../../core/model/model-manifest.js'
import {type Network, packNetworks, widthsOf} from '../../core/model/network.js'
import {type Scaling, scaleRows, scalingOf} from '../../core/model/scaling.js'
import type {NetworkTrainer} from '../../engine/port/network-trainer.js'
import {averagePrecision} from '../metrics/average-precision.js'
import {calibrationError, reliability} from '../metrics/calibration-error.js'
import {ranking} from '../metrics/ranking.js'
import {rocAuc} from '../metrics/roc-auc.js'
import {BestEpochs} from './best-epochs.js'
import {chooseThreshold, type Threshold, type ThresholdRule} from './choose-threshold.js'
import {fitCalibration} from './fit-calibration.js'
import {fitEnsemble, type TrainingProgress} from './fit-ensemble.js'
import type {NetworkSettings} from './network-settings.js'
import {TooFewLabelsError} from './too-few-labels.js'
import {countFrauds, rowsBetween, type TrainingSet} from './training-set.js'

export interface TrainTask {
  readonly set: TrainingSet
  readonly settings: NetworkSettings
  readonly threshold: ThresholdRule
  /**
   * Whether it learns anew from all rows, for as long as was best, once it is judged: the newest frauds are among the rows that
   * judge. What is said of how good it is was measured before.
   */
  readonly refit?: boolean | undefined
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined
}

/** A model, as numbers, and how good it is on rows later than those it learnt from. */
export interface TrainedModel {
  readonly networks: readonly Network[]
  readonly scaling: Scaling
  readonly calibration: Calibration
  readonly threshold: Threshold
  /** The mean legitimate row. */
  readonly baseline: readonly number[]
  readonly metrics: ModelMetrics
  /** Of the features that it learnt from, and of the scores of the rows after them. */
  readonly distribution: ModelDistribution
  /** Whether it learnt anew from all rows, those that judged it included. */
  readonly isRefitted: boolean
  /** The rows that it was judged by, with its scores. */
  readonly tested: {readonly set: TrainingSet; readonly scores: Float32Array}
}

/** Rows up to this share, by event time, are learnt from; those up to the second choose, calibrate; the rest judge. */
const LEARN_SHARE = 0.7
const CHOOSE_SHARE = 0.85

const DAY_MS = 86_400_000

/** Trains a model on the earlier rows, and judges it by the latest. The same task gives the same model. */
export async function trainModel(trainer: NetworkTrainer, task: TrainTask): Promise<TrainedModel> {
  const {settings} = task
  const {learn, choose, judge} = split(task.set)
  const width = learn.rows.length / learn.labels.length
  const scaling = scalingOf(learn.rows, width)
  const scaled = (set: TrainingSet) => ({...set, rows: scaleRows(set.rows, scaling)})
  const chooseScaled = scaled(choose)
  const epochs = new BestEpochs()
  const networks = await fitEnsemble(trainer, {
    set: scaled(learn),
    validation: chooseScaled,
    settings,
    onProgress: (progress) => {
      epochs.note(progress)
      task.onProgress?.(progress)
    },
  })
  const chooseLogits = await trainer.logits(networks, chooseScaled.rows)
  const calibration = fitCalibration(chooseLogits, choose.labels)
  const chooseScores = calibrated(chooseLogits, calibration)
  const scores = calibrated(await trainer.logits(networks, scaled(judge).rows), calibration)
  const learnt = task.refit
    ? await learntFromAll(trainer, task, epochs.mean)
    : {networks, scaling, set: learn}
  return {
    networks: learnt.networks,
    scaling: learnt.scaling,
    calibration,
    threshold: chooseThreshold(chooseScores, choose.labels, daysOf(choose), task.threshold),
    baseline: meanLegitimateRow(learnt.set, learnt.scaling),
    metrics: metricsOf(scores, judge),
    distribution: {features: distributionsOf(learnt.set.rows, width), score: distributionOf(chooseScores)},
    isRefitted: task.refit === true,
    tested: {set: judge, scores},
  }
}

async function learntFromAll(trainer: NetworkTrainer, {set, settings}: TrainTask, epochs: number) {
  const scaling = scalingOf(set.rows, set.rows.length / set.labels.length)
  const scaled = {...set, rows: scaleRows(set.rows, scaling)}
  return {set, scaling, networks: await fitEnsemble(trainer, {set: scaled, settings: {...settings, epochs}})}
}

/** The weights and the shape of a model, as a manifest and its file hold them. */
export function packedModel({networks}: Pick<TrainedModel, 'networks'>) {
  return {widths: networks.map((network) => [...widthsOf(network)]), weights: packNetworks(networks)}
}

/** How good scores are of rows that count by their weights. */
export function metricsOf(
  scores: Float32Array,
  {labels, weights}: Pick<TrainingSet, 'labels' | 'weights'>,
): ModelMetrics {
  const steps = ranking(scores, labels, weights)
  return {
    auc_roc: rocAuc(steps),
    average_precision: averagePrecision(steps),
    calibration_error: calibrationError(reliability(scores, labels)),
  }
}

function split(set: TrainingSet) {
  const count = set.labels.length
  const [learnt, chosen] = [Math.floor(count * LEARN_SHARE), Math.floor(count * CHOOSE_SHARE)]
  const parts = {
    learn: rowsBetween(set, 0, learnt),
    choose: rowsBetween(set, learnt, chosen),
    judge: rowsBetween(set, chosen, count),
  }
  for (const [name, {labels}] of Object.entries(parts)) {
    const frauds = countFrauds(labels)
    if (frauds > 0 && frauds < labels.length) continue
    throw new TooFewLabelsError(
      `of ${count} labelled transactions, those to ${name} by (${labels.length}) hold ${frauds} frauds, and need some ` +
        'frauds and some legitimate ones; give more events, more feedback, or a shorter --maturity',
    )
  }
  return parts
}

function daysOf({times}: TrainingSet): number {
  return Math.max(1, ((times.at(-1) ?? 0) - (times[0] ?? 0)) / DAY_MS)
}

/** A feature that no legitimate row has counts as its mean. */
function meanLegitimateRow({rows, labels}: TrainingSet, {center}: Scaling): number[] {
  const width = center.length
  return center.map((mean, feature) => {
    let sum = 0
    let count = 0
    for (let row = 0; row < labels.length; row++) {
      const value = rows[row * width + feature] as number
      if (labels[row] === 1 || !Number.isFinite(value)) continue
      sum += value
      count++
    }
    return count === 0 ? mean : sum / count
  })
}
