import type {Network} from '../../core/model/network.js'
import type {FittedEpoch, NetworkTrainer} from '../../engine/port/network-trainer.js'
import {averagePrecision} from '../metrics/average-precision.js'
import {ranking} from '../metrics/ranking.js'
import {initialNetwork} from './initial-network.js'
import type {NetworkSettings} from './network-settings.js'
import {seededOrder} from './seeded-order.js'

/** Scaled rows with their labels. */
export interface ScaledSet {
  readonly rows: Float32Array
  readonly labels: Float32Array
  readonly weights: Float32Array
}

/** How far training is. */
export interface TrainingProgress {
  /** From 1. */
  readonly member: number
  readonly members: number
  readonly epoch: number
  readonly epochs: number
  readonly loss: number
  /** On the validation rows; undefined without. */
  readonly averagePrecision: number | undefined
}

export interface EnsembleTask {
  readonly set: ScaledSet
  /** Later rows, by which training ends early; without them every epoch is run. */
  readonly validation?: ScaledSet | undefined
  readonly settings: NetworkSettings
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined
}

/** Networks of different seeds, to be averaged: each as it was after its best epoch. The same task gives the same weights. */
export async function fitEnsemble(trainer: NetworkTrainer, task: EnsembleTask): Promise<Network[]> {
  const networks: Network[] = []
  for (let member = 1; member <= task.settings.members; member++)
    networks.push(await fitMember(trainer, task, member))
  return networks
}

async function fitMember(trainer: NetworkTrainer, task: EnsembleTask, member: number): Promise<Network> {
  const {set, validation, settings, onProgress} = task
  const {hidden, members, epochs, patience, batchSize, learningRate, weightDecay, fraudWeight} = settings
  const seed = settings.seed * 1000 + member
  const count = set.labels.length
  const width = set.rows.length / count
  let best: {readonly network: Network; readonly score: number; readonly epoch: number} | undefined
  const fitting = trainer.fit({
    rows: set.rows,
    labels: set.labels,
    weights: set.weights.map((weight, row) => (set.labels[row] === 1 ? weight * fraudWeight : weight)),
    start: initialNetwork([width, ...hidden, 1], seed),
    epochs,
    batchSize,
    learningRate,
    weightDecay,
    orderOf: seededOrder(count, seed),
  })
  for await (const {epoch, loss, network} of fitting) {
    const score = validation === undefined ? undefined : await precisionOn(trainer, validation, network)
    onProgress?.({member, members, epoch, epochs, loss, averagePrecision: score})
    if (best === undefined || score === undefined || score > best.score)
      best = {network, score: score ?? Number.NaN, epoch}
    else if (epoch - best.epoch >= patience) break
  }
  if (best === undefined) throw new RangeError('a network needs at least one epoch of training')
  return best.network
}

async function precisionOn(
  trainer: NetworkTrainer,
  {rows, labels, weights}: ScaledSet,
  network: FittedEpoch['network'],
): Promise<number> {
  return averagePrecision(ranking(await trainer.logits([network], rows), labels, weights))
}
