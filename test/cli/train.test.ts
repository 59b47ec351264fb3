import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ModelManifest} from '../../src/core/model/model-manifest.js'
import type {VerdictCounts} from '../../src/learning/training/training-labels.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {linesOf} from '../support/process/text-files.js'
import {tripline, triplineJson} from '../support/process/tripline.js'

type Trained = ModelManifest & {readonly verdicts: VerdictCounts | null}

let folder: TemporaryFolder
const path = (name: string) => join(folder.path, name)

/** Features that are quick to compute: what is tested here is not how good they are. */
const VIEW = `
schema: tripline/feature-view/v1
name: card
entity: card_id
windows: [1h, 24h]
aggregates:
  - {name: count, fn: count}
  - {name: amount, fn: sum, of: tx.amount}
`
const FAST = ['--epochs', '3', '--members', '1', '--hidden', '8', '--rules']

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
  await mkdir(path('features'))
  await mkdir(path('rules'))
  await writeFile(path('features/card.yaml'), VIEW)
  await tripline([
    'simulate',
    'scenario',
    '--out',
    path('events.ndjson'),
    '--users',
    '60',
    '--days',
    '4',
    '--frauds',
    '12',
  ])
}, 90_000)
afterAll(() => folder.remove())

const train = (data: string, ...more: string[]) => [
  'train',
  '--input',
  path('events.ndjson'),
  '--features',
  path('features'),
  ...FAST,
  path('rules'),
  ...more,
  ...(data === '' ? [] : ['--labels', path(data)]),
]
const TRUTH = 'events.ndjson.truth.ndjson'
const inData = (name: string) => ({env: {TRIPLINE_DATA_DIR: path(name)}})

describe('train', () => {
  test('adds a version to the registry that says where it comes from and how good it is', async () => {
    const trained = await triplineJson<Trained>(train(TRUTH, '--seed', '5'), inData('one'))
    expect(trained).toMatchObject({
      id: 'tripline',
      version: 1,
      features: {names: ['card.count_1h', 'card.count_24h', 'card.amount_1h', 'card.amount_24h']},
      training: {seed: 5, label_maturity_ms: 0, settings: {hidden: [8], epochs: 3}},
      compared: null,
      verdicts: null,
    })
    expect(trained.training.frauds).toBeGreaterThan(50)
    expect(trained.metrics.auc_roc).toBeGreaterThan(0.5)
  })

  test('gives the same weights for the same seed', async () => {
    const weightsOf = async (name: string) => {
      await triplineJson(train(TRUTH, '--out', path(name)))
      return readFile(path(`${name}/weights.bin`))
    }
    expect(await weightsOf('once')).toEqual(await weightsOf('again'))
  })

  test('compares a later version with the champion on the same transactions', async () => {
    await triplineJson(train(TRUTH), inData('two'))
    const second = await triplineJson<Trained>(train(TRUTH, '--seed', '2'), inData('two'))
    expect(second).toMatchObject({version: 2, compared: {version: 1}})
  })

  test('learns from feedback: by the newest verdict, and unlabelled only when mature', async () => {
    const lines = await linesOf(path('events.ndjson'))
    const truth = (await linesOf(path(TRUTH))).flatMap(
      (line) => JSON.parse(line) as {user_id: string; transaction_ids: string[]},
    )
    const feedback = truth.flatMap(({user_id, transaction_ids}) =>
      transaction_ids.map((transaction_id) =>
        JSON.stringify({
          stream: 'feedback',
          event: {
            feedback_id: `f-${transaction_id}`,
            user_id,
            transaction_id,
            verdict: 'fraud',
            event_time: '2026-01-12T00:00:00Z',
          },
        }),
      ),
    )
    const stray = JSON.stringify({
      stream: 'feedback',
      event: {
        feedback_id: 'stray',
        user_id: 'u',
        transaction_id: 'nowhere',
        verdict: 'fraud',
        event_time: '2026-01-12T00:00:00Z',
      },
    })
    await writeFile(path('told.ndjson'), [...lines, ...feedback, stray].join('\n'))
    const input = [
      'train',
      '--input',
      path('told.ndjson'),
      '--features',
      path('features'),
      ...FAST,
      path('rules'),
    ]
    const {verdicts, training} = await triplineJson<Trained>([
      ...input,
      '--maturity',
      '3d',
      '--out',
      path('told'),
    ])
    expect(verdicts?.used).toBeGreaterThan(50)
    expect(verdicts?.unknown).toBeGreaterThanOrEqual(1)
    expect(training.frauds).toBe(verdicts?.used)
    const {code, stderr} = await tripline([...input, '--maturity', '30d', '--out', path('immature')])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /labelled transactions, those to \w+ by .* give more events, more feedback, or a shorter --maturity/,
    )
  })

  test('--report writes a page with plots', async () => {
    await tripline(train(TRUTH, '--out', path('reported'), '--report', path('report')))
    expect(await readFile(path('report/training.html'), 'utf8')).toContain('aria-label="Calibration"')
  })

  test.each([
    ['--costs', 'cheap', 'such as 5:400'],
    ['--hidden', '0', 'such as 64,32'],
    ['--maturity', 'a month', 'such as 30d'],
  ])('refuses %s %s, saying what to write', async (option, value, remedy) => {
    const {code, stderr} = await tripline(train(TRUTH, option, value))
    expect(code).toBe(2)
    expect(stderr).toContain(remedy)
  })

  test('says that there is nothing to learn from without feature views', async () => {
    await mkdir(path('empty'))
    const {code, stderr} = await tripline([
      'train',
      '--input',
      path('events.ndjson'),
      '--features',
      path('empty'),
    ])
    expect(code).toBe(2)
    expect(stderr).toContain('there are no feature views to learn from; add some below features.dir')
  })

  test('an input that is not there is refused', async () => {
    const {code, stderr} = await tripline([
      'train',
      '--input',
      path('nowhere.ndjson'),
      '--features',
      path('features'),
    ])
    expect(code).toBe(2)
    expect(stderr).toContain('nowhere.ndjson: there is no such file')
  })
})
