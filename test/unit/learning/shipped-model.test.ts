import {beforeAll, describe, expect, test} from 'vitest'
import {readModel} from '../../../src/adapters/files/model-folder.js'
import {chooseBackend} from '../../../src/adapters/tensorflow/backend.js'
import {TensorflowModel} from '../../../src/adapters/tensorflow/tensorflow-model.js'
import {loadBundle} from '../../../src/app/bundle/load-bundle.js'
import {loadConfig} from '../../../src/app/config/load-config.js'
import {requireFeatures} from '../../../src/core/model/model-refusal.js'

describe('the model that is shipped', () => {
  beforeAll(() => chooseBackend('wasm'))

  test('was trained on the features that are shipped; if not, docs/model.md says how to make it again', async () => {
    const {manifest} = await readModel('features/model')
    const {features} = await loadBundle(loadConfig({env: {}}))
    expect(() => requireFeatures(manifest, features.schema)).not.toThrow()
  })

  test('gives the mean legitimate row a low score, and is good enough to be worth its alerts', async () => {
    const artifact = await readModel('features/model')
    const model = new TensorflowModel(artifact)
    const [score] = await model.score(Float32Array.from(artifact.manifest.baseline), 1)
    model.dispose()
    expect(score).toBeLessThan(0.05)
    expect(artifact.manifest.metrics.average_precision).toBeGreaterThan(0.6)
  })
})
