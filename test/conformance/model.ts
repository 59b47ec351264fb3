import {expect, test} from 'vitest'
import {TensorflowModel, tensorCount} from '../../src/adapters/tensorflow/tensorflow-model.js'
import {ModelRefusedError} from '../../src/core/model/model-refusal.js'
import {scoreByHand, smallModel, smallRows} from '../support/learning/small-model.js'

/** What every backend must do. It has been chosen when the tests run. */
export function modelConformance(): void {
  test('scores rows as the definition of the model says, up to the precision of its numbers', async () => {
    const artifact = smallModel()
    const model = new TensorflowModel(artifact)
    const rows = smallRows(300)
    const scores = await model.score(rows, 300)
    model.dispose()
    expect(scores).toHaveLength(300)
    for (let row = 0; row < 300; row++) {
      const values = [...rows.subarray(3 * row, 3 * row + 3)]
      expect(scores[row]).toBeCloseTo(scoreByHand(artifact, values), 5)
    }
  })

  test('a batch scores each row as a batch of one does', async () => {
    const model = new TensorflowModel(smallModel())
    const rows = smallRows(20)
    const together = await model.score(rows, 20)
    for (let row = 0; row < 20; row++) {
      const [alone] = await model.score(rows.slice(3 * row, 3 * row + 3), 1)
      expect(together[row]).toBeCloseTo(alone as number, 6)
    }
    model.dispose()
  })

  test('no rows have no scores', async () => {
    const model = new TensorflowModel(smallModel())
    expect(await model.score(new Float32Array(0), 0)).toEqual(new Float32Array(0))
    model.dispose()
  })

  test('a missing value counts as the mean of the training rows', async () => {
    const model = new TensorflowModel(smallModel())
    const [missing] = await model.score(Float32Array.of(3, Number.NaN, 20), 1)
    const [mean] = await model.score(Float32Array.of(3, 100, 20), 1)
    model.dispose()
    expect(missing).toBe(mean)
  })

  test('an absurd or infinite value gives a probability all the same', async () => {
    const model = new TensorflowModel(smallModel())
    const rows = Float32Array.of(1, 3e38, 5, 1, Number.POSITIVE_INFINITY, 5, 1, Number.NEGATIVE_INFINITY, 5)
    for (const score of await model.score(rows, 3)) {
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
    }
    model.dispose()
  })

  test('the attributions of a row add up to what it adds to the logit of the mean legitimate row', async () => {
    const artifact = smallModel()
    const {slope, intercept} = artifact.manifest.calibration
    const logit = (row: readonly number[]) => {
      const score = scoreByHand(artifact, row)
      return (Math.log(score / (1 - score)) - intercept) / slope
    }
    const model = new TensorflowModel(artifact)
    const row = [5, 300, 90]
    const attributions = await model.attribute(Float32Array.from(row), 1)
    model.dispose()
    const sum = attributions.reduce((total, each) => total + each, 0)
    expect(sum).toBeCloseTo(logit(row) - logit(artifact.manifest.baseline), 1)
  })

  test('a value that is as in the mean legitimate row has no part in the score', async () => {
    const artifact = smallModel()
    const model = new TensorflowModel(artifact)
    const attributions = await model.attribute(Float32Array.of(9, 40, 500), 1)
    model.dispose()
    expect(attributions[1]).toBe(0)
    expect(attributions[0]).not.toBe(0)
  })

  test('too few values for the rows are refused, not guessed', async () => {
    const model = new TensorflowModel(smallModel())
    await expect(model.score(new Float32Array(5), 2)).rejects.toThrow(
      '2 rows of model small have 6 values, not 5',
    )
    model.dispose()
  })

  test('a disposed model frees its memory and scores no more', async () => {
    const before = tensorCount()
    const model = new TensorflowModel(smallModel())
    await model.score(smallRows(8), 8)
    await model.attribute(smallRows(2), 2)
    expect(tensorCount()).toBeGreaterThan(before)
    model.dispose()
    model.dispose()
    expect(tensorCount()).toBe(before)
    await expect(model.score(smallRows(1), 1)).rejects.toThrow('model small version 1 was disposed')
  })

  test('weights that are too few, too many or no numbers are refused', () => {
    const {manifest, weights} = smallModel()
    const opened = (changed: Float32Array) => () => new TensorflowModel({manifest, weights: changed})
    expect(opened(weights.subarray(1))).toThrow(ModelRefusedError)
    expect(opened(Float32Array.from([...weights, 1]))).toThrow('146 weights, not 147')
    expect(opened(weights.map((weight, at) => (at === 5 ? Number.NaN : weight)))).toThrow(
      'a weight is not a number',
    )
  })

  test('a model whose parts do not fit its features is refused', () => {
    const features = {hash: 'a', names: ['one', 'two']}
    expect(() => new TensorflowModel(smallModel({features}))).toThrow('its parts do not fit its 2 features')
  })
}
