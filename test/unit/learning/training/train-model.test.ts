import {beforeAll, describe, expect, test} from 'vitest'
import {chooseBackend} from '../../../../src/adapters/tensorflow/backend.js'
import {TensorflowTrainer} from '../../../../src/adapters/tensorflow/tensorflow-trainer.js'
import type {Network} from '../../../../src/core/model/network.js'
import {packNetworks} from '../../../../src/core/model/network.js'
import {scaleRows} from '../../../../src/core/model/scaling.js'
import {fitEnsemble, type TrainingProgress} from '../../../../src/learning/training/fit-ensemble.js'
import type {NetworkSettings} from '../../../../src/learning/training/network-settings.js'
import {seededOrder} from '../../../../src/learning/training/seeded-order.js'
import {type TrainTask, trainModel} from '../../../../src/learning/training/train-model.js'
import type {TrainingSet} from '../../../../src/learning/training/training-set.js'
import {SeededRandom} from '../../../../src/simulation/seeded-random.js'

const SETTINGS: NetworkSettings = {
  hidden: [8],
  members: 2,
  epochs: 6,
  patience: 6,
  batchSize: 64,
  learningRate: 0.02,
  weightDecay: 0,
  fraudWeight: 1,
  seed: 7,
}

/** Fraud where the first value is far from the second on either side: no straight border separates it. The third is noise. */
function sampleSet(count: number, isFraud = (a: number, b: number) => Math.abs(a - b) > 1.6): TrainingSet {
  const random = new SeededRandom(3, 'sample')
  const rows = Float32Array.from({length: 3 * count}, () => random.normal())
  const labels = Float32Array.from({length: count}, (_, row) =>
    isFraud(rows[3 * row] as number, rows[3 * row + 1] as number) ? 1 : 0,
  )
  return {
    rows,
    labels,
    weights: new Float32Array(count).fill(1),
    times: Float64Array.from(labels, (_, at) => at * 60_000),
  }
}

const trainer = new TensorflowTrainer()
const task = (changes: Partial<TrainTask> = {}): TrainTask => ({
  set: sampleSet(3000),
  settings: SETTINGS,
  threshold: {by: 'budget', alertsPerDay: 50},
  ...changes,
})

beforeAll(() => chooseBackend('wasm'))

describe('training', () => {
  test('learns what no straight border separates, and is judged by later rows', async () => {
    const {metrics, tested} = await trainModel(
      trainer,
      task({settings: {...SETTINGS, epochs: 25, patience: 25}}),
    )
    expect(metrics.average_precision).toBeGreaterThan(0.9)
    expect(metrics.calibration_error).toBeLessThan(0.08)
    expect(tested.set.labels).toHaveLength(450)
    expect(tested.set.times[0]).toBe(2550 * 60_000)
  })

  test('gives the same weights for the same seed, others for another', async () => {
    const weights = async (seed: number) =>
      packNetworks((await trainModel(trainer, task({settings: {...SETTINGS, seed}}))).networks)
    const first = await weights(7)
    expect(await weights(7)).toEqual(first)
    expect(await weights(8)).not.toEqual(first)
  })

  test('does not depend on the scale of a feature or on values that are missing', async () => {
    const set = sampleSet(2000)
    const scaled = {...set, rows: set.rows.map((value, at) => (at % 3 === 0 ? value * 1e6 : value))}
    const {metrics} = await trainModel(trainer, task({set}))
    const other = await trainModel(trainer, task({set: scaled}))
    expect(other.metrics.average_precision).toBeCloseTo(metrics.average_precision, 3)
    const withHoles = {...set, rows: set.rows.map((value, at) => (at % 3 === 2 ? Number.NaN : value))}
    expect((await trainModel(trainer, task({set: withHoles}))).metrics.average_precision).toBeGreaterThan(0.5)
  })

  test('learns anew from all rows where it is asked to: what only the latest show is learnt, too', async () => {
    const set = sampleSet(3000)
    // A fourth value that is always 0, but for the latest tenth, where it tells the frauds.
    const width = 4
    const rows = new Float32Array(width * 3000)
    for (let row = 0; row < 3000; row++) {
      rows.set(set.rows.subarray(3 * row, 3 * row + 3), width * row)
      rows[width * row + 3] = row >= 2700 ? (set.labels[row] as number) : 0
    }
    const settings = {...SETTINGS, epochs: 10, patience: 10}
    const [once, refitted] = [
      await trainModel(trainer, task({set: {...set, rows}, settings})),
      await trainModel(trainer, task({set: {...set, rows}, settings, refit: true})),
    ]
    // What is said of it was measured before, on rows that it had not learnt from.
    expect(refitted.metrics).toEqual(once.metrics)
    expect(once.scaling.spread[3]).toBe(0)
    const logitsOf = async ({networks, scaling}: typeof once) =>
      trainer.logits(networks, scaleRows(Float32Array.of(0, 0, 0, 0, 0, 0, 0, 1), scaling))
    const [plain = 0, telling = 0] = await logitsOf(refitted)
    expect(telling).toBeGreaterThan(plain + 1)
    const [before, same] = await logitsOf(once)
    expect(same).toBe(before)
  })

  test('keeps how the features that it learnt from, and its scores of later rows, lay', async () => {
    const {distribution} = await trainModel(trainer, task())
    expect(distribution.features).toHaveLength(3)
    for (const {edges, shares} of [...distribution.features, distribution.score]) {
      expect(edges).toHaveLength(9)
      for (const share of shares) expect(share).toBeCloseTo(0.1, 1)
    }
    expect(Math.max(...distribution.score.edges)).toBeLessThan(1)
  })

  test('a fraud weight makes it call more rows fraud', async () => {
    const meanLogit = async (fraudWeight: number) => {
      const {rows, labels, weights} = sampleSet(1500)
      const networks = await fitEnsemble(trainer, {
        set: {rows, labels, weights},
        settings: {...SETTINGS, fraudWeight},
      })
      const logits = await trainer.logits(networks, rows)
      return logits.reduce((sum, logit) => sum + logit, 0) / logits.length
    }
    expect(await meanLogit(10)).toBeGreaterThan((await meanLogit(1)) + 0.5)
  })

  test('tells after each epoch how far it is, with the loss and the average precision on later rows', async () => {
    const told: TrainingProgress[] = []
    await trainModel(trainer, task({onProgress: (progress) => told.push(progress)}))
    expect(told).toHaveLength(12)
    expect(told[0]).toMatchObject({member: 1, members: 2, epoch: 1, epochs: 6})
    expect(told.at(-1)).toMatchObject({member: 2, epoch: 6})
    expect(told.at(-1)?.loss).toBeLessThan(told[0]?.loss as number)
    for (const {averagePrecision} of told) expect(averagePrecision).toBeGreaterThan(0)
  })

  test('ends early when later rows are told no better, and keeps the best epoch', async () => {
    const epochs: number[] = []
    const {rows, labels, weights} = sampleSet(400)
    // Of labels by chance, more epochs teach nothing.
    const random = new SeededRandom(5, 'chance')
    const validation = {rows, labels: labels.map(() => (random.chance(0.3) ? 1 : 0)), weights}
    await fitEnsemble(trainer, {
      set: {rows, labels, weights},
      validation,
      settings: {...SETTINGS, members: 1, epochs: 200, patience: 2},
      onProgress: ({epoch}) => epochs.push(epoch),
    })
    expect(epochs.length).toBeLessThan(60)
  })

  test.each([
    ['none of its labels is fraud', () => false],
    ['all of them are', () => true],
  ])('is refused where %s, saying what is missing', async (_name, isFraud) => {
    await expect(trainModel(trainer, task({set: sampleSet(200, isFraud)}))).rejects.toThrow(
      /of 200 labelled transactions, those to learn by \(140\) hold \d+ frauds.*give more events/,
    )
  })

  test('is refused without any labelled transaction', async () => {
    await expect(trainModel(trainer, task({set: sampleSet(0)}))).rejects.toThrow('of 0 labelled transactions')
  })
})

describe('the order of rows', () => {
  test('holds each row once, differs by epoch, and is the same for the same seed', () => {
    const order = seededOrder(100, 5)
    expect([...order(1)].sort((a, b) => a - b)).toEqual(Array.from({length: 100}, (_, row) => row))
    expect(order(1)).toEqual(seededOrder(100, 5)(1))
    expect(order(2)).not.toEqual(order(1))
    expect(seededOrder(100, 6)(1)).not.toEqual(order(1))
  })
})

describe('logistic regression', () => {
  test('finds the coefficients by which the labels came about', async () => {
    const random = new SeededRandom(11, 'logistic')
    const rows = Float32Array.from({length: 40_000}, () => random.normal())
    const labels = Float32Array.from({length: 20_000}, (_, row) => {
      const logit = 1.5 * (rows[2 * row] as number) - 0.7 * (rows[2 * row + 1] as number) - 1
      return random.chance(1 / (1 + Math.exp(-logit))) ? 1 : 0
    })
    const weights = new Float32Array(20_000).fill(1)
    const network: Network = await trainer.fitLogisticRegression({rows, labels, weights}, 1)
    const [layer] = network
    expect(layer?.weights[0]).toBeCloseTo(1.5, 1)
    expect(layer?.weights[1]).toBeCloseTo(-0.7, 1)
    expect(layer?.biases[0]).toBeCloseTo(-1, 1)
  })

  test('stays finite where the labels separate perfectly', async () => {
    const rows = Float32Array.of(-2, -1, 1, 2)
    const labels = Float32Array.of(0, 0, 1, 1)
    const [layer] = await trainer.fitLogisticRegression(
      {rows, labels, weights: new Float32Array(4).fill(1)},
      1,
    )
    expect(layer?.weights[0]).toBeGreaterThan(0)
    expect(Number.isFinite(layer?.weights[0])).toBe(true)
  })
})
