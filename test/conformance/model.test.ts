import {beforeAll, describe, expect, test} from 'vitest'
import {BACKENDS, type BackendName, chooseBackend} from '../../src/adapters/tensorflow/backend.js'
import {TensorflowModel} from '../../src/adapters/tensorflow/tensorflow-model.js'
import {smallModel, smallRows} from '../support/learning/small-model.js'
import {modelConformance} from './model.js'

/** Why a backend does not work here; undefined if it does. */
async function reasonAgainst(name: BackendName): Promise<string | undefined> {
  return chooseBackend(name).then(
    () => undefined,
    (error: Error) => error.message,
  )
}

const reasons = new Map<BackendName, string | undefined>()
for (const name of BACKENDS) reasons.set(name, await reasonAgainst(name))
const working = BACKENDS.filter((name) => reasons.get(name) === undefined)
for (const [name, reason] of reasons)
  if (reason !== undefined) process.stderr.write(`backend ${name} is not tested: ${reason}\n`)

describe.each(working)('a model on the backend %s', (name) => {
  beforeAll(() => chooseBackend(name))
  modelConformance()
})

describe('the choice of a backend', () => {
  test('takes the fastest that works and says why it passed over others', async () => {
    const {name, passedOver} = await chooseBackend()
    expect(name).toBe(working[0])
    expect(passedOver.map((each) => each.name)).toEqual(BACKENDS.slice(0, BACKENDS.indexOf(name)))
    for (const {reason} of passedOver) expect(reason).not.toBe('')
  })

  test('WebAssembly and plain JavaScript work everywhere', () => {
    expect(working).toEqual(expect.arrayContaining(['wasm', 'cpu']))
  })

  test('every backend gives the same scores and attributions within 1e-6', async () => {
    const rows = smallRows(500)
    const results: {scores: Float32Array; attributions: Float32Array}[] = []
    for (const name of working) {
      await chooseBackend(name)
      const model = new TensorflowModel(smallModel())
      results.push({
        scores: await model.score(rows, 500),
        attributions: await model.attribute(smallRows(5), 5),
      })
      model.dispose()
    }
    const [first, ...others] = results
    for (const {scores, attributions} of others) {
      expect(greatestDifference(scores, first?.scores)).toBeLessThan(1e-6)
      expect(greatestDifference(attributions, first?.attributions)).toBeLessThan(1e-5)
    }
  })
})

function greatestDifference(a: Float32Array, b: Float32Array | undefined): number {
  return Math.max(...a.map((value, at) => Math.abs(value - (b?.[at] as number))))
}
