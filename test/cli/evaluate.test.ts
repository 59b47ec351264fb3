import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

interface Scores {
  readonly auc_roc: number
  readonly average_precision: number
  readonly cp100: number
}

interface Evaluation {
  readonly models: {readonly [model: string]: {readonly folds: readonly Scores[]; readonly mean: Scores}}
  readonly seconds: number
}

let folder: TemporaryFolder
beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
}, 90_000)
afterAll(() => folder.remove())

const QUICK = ['evaluate', 'handbook', '--users', '120', '--quick']

describe('evaluate handbook', () => {
  test('--json prints the scores of both models on the four folds, and their means', async () => {
    const result = await triplineJson<Evaluation>(QUICK)
    expect(Object.keys(result)).toEqual(['models', 'seconds'])
    expect(Object.keys(result.models)).toEqual(['logistic_regression', 'tripline'])
    for (const {folds, mean} of Object.values(result.models)) {
      expect(folds).toHaveLength(4)
      for (const figure of ['auc_roc', 'average_precision', 'cp100'] as const) {
        const average = folds.reduce((sum, fold) => sum + fold[figure], 0) / 4
        expect(mean[figure]).toBeCloseTo(average, 10)
        expect(mean[figure]).toBeGreaterThanOrEqual(0)
        expect(mean[figure]).toBeLessThanOrEqual(1)
      }
    }
  })

  test('--out writes the same as JSON, and one page with plots that needs nothing else', async () => {
    const out = join(folder.path, 'report')
    const {code, stdout, stderr} = await tripline([...QUICK, '--out', out])
    expect(code).toBe(0)
    expect(stdout).toMatch(/published: XGBoost +0\.869 +0\.687 +0\.303/)
    expect(stdout).toMatch(/here: tripline/)
    expect(stderr).toContain('TensorFlow.js computes on: ')
    const {models} = JSON.parse(await readFile(join(out, 'evaluation.json'), 'utf8')) as Evaluation
    expect(models['tripline']?.folds).toHaveLength(4)
    const page = await readFile(join(out, 'evaluation.html'), 'utf8')
    for (const title of ['ROC', 'Precision and recall', 'Calibration', 'Scores given by tripline'])
      expect(page).toContain(`aria-label="${title}"`)
    expect(page.match(/<svg /g)).toHaveLength(4)
    expect(page).not.toMatch(/<script|<link|src=|NaN|undefined/)
  })

  test('gives the same scores each time', async () => {
    const first = await triplineJson<Evaluation>(QUICK)
    expect((await triplineJson<Evaluation>(QUICK)).models).toEqual(first.models)
  })

  test('a number of customers that cannot be is refused', async () => {
    const {code, stderr} = await tripline(['evaluate', 'handbook', '--users', '2'])
    expect(code).toBe(2)
    expect(stderr).toContain('users')
  })
})
