import {mkdir, truncate, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ModelRegistry} from '../../src/adapters/files/model-registry.js'
import {modelsSchema} from '../../src/adapters/http/models-service.js'
import {loadConfig} from '../../src/app/config/load-config.js'
import {ModelWatch} from '../../src/app/learning/model-watch.js'
import {scorerOf} from '../../src/app/learning/scorer-of.js'
import {streamsWith} from '../../src/core/event/stream.js'
import {compileFeatureFiles} from '../../src/core/feature/compile-feature-files.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {smallModel} from '../support/learning/small-model.js'
import {ApiScene} from './support/api-scene.js'

const VIEW = `schema: tripline/feature-view/v1
name: card
entity: card_id
windows: [1h]
aggregates:
  - {name: count, fn: count}
`
const AT = '2026-02-01T00:00:00.000Z'
const {set} = compileFeatureFiles([{path: 'view.yaml', text: VIEW}], streamsWith([]))
const FEATURES = {hash: set?.schema.hash as string, names: [...(set?.schema.names ?? [])]}

let folder: TemporaryFolder
let registry: ModelRegistry
let scene: ApiScene

/** A version of the one feature, as training would add it. */
async function add(changes: Parameters<typeof smallModel>[0] = {}): Promise<void> {
  const {manifest} = smallModel({
    features: FEATURES,
    scaling: {center: [2], spread: [1]},
    baseline: [1],
    networks: [[1, 72, 1]],
    ...changes,
  })
  await registry.add(manifest, new Float32Array(217).fill(0.1), AT)
}
const better = {compared: {version: 1, average_precision: 0.5}}

const settings = (alias: string) => ({
  data_dir: join(folder.path, 'data'),
  'features.dir': join(folder.path, 'views'),
  'model.alias': alias,
})

beforeEach(async () => {
  folder = await temporaryFolder()
  registry = new ModelRegistry(join(folder.path, 'data', 'models'), undefined)
  await mkdir(join(folder.path, 'views'))
  await writeFile(join(folder.path, 'views', 'view.yaml'), VIEW)
})
afterEach(async () => {
  await scene.end()
  await folder.remove()
})

const list = async () => modelsSchema.parse((await scene.ask('GET /v1/models', {as: 'ana'})).body)
const propose = (version: number | string, as: 'ana' | 'lea' | 'adam' | 'shop' = 'lea') =>
  scene.ask(`POST /v1/models/${version}/promote`, {as})
const approve = (id: string, as: 'ana' | 'lea' | 'leo' | 'adam' = 'leo') =>
  scene.ask('POST /v1/models/proposal/approve', {as, body: {id}})

/** Proposed by one, approved by another; the answer of whichever says no. */
async function promote(version: number | string) {
  const asked = await propose(version)
  return asked.status === 202 ? approve(asked.body.proposal.id) : asked
}
/** What was done about the champion, the newest first. */
const audited = async () =>
  (await scene.ask('GET /v1/audit', {as: 'adam'})).body.items.filter(({action}: {action: string}) =>
    ['model.promote', 'model.rollback'].includes(action),
  )

describe('the versions of the model', () => {
  beforeEach(async () => {
    scene = await ApiScene.begin({settings: settings('none')})
  })

  test('are none before one is trained, and rules alone decide', async () => {
    expect(await list()).toEqual({
      deciding: null,
      alias: 'none',
      champion: null,
      challenger: null,
      models: [],
    })
  })

  test('are listed with what they are, how they did and whether they fit the features in force', async () => {
    await add()
    await add(better)
    await add({features: {hash: 'f'.repeat(32), names: ['card.count_1h']}})
    const {champion, challenger, models} = await list()
    expect([champion, challenger]).toEqual([1, 3])
    expect(models.map(({version, aliases, about}) => [version, aliases, about?.fits])).toEqual([
      [1, ['champion'], true],
      [2, [], true],
      [3, ['challenger'], false],
    ])
    expect(models[1]).toEqual({
      version: 2,
      aliases: [],
      shipped: false,
      about: {
        id: 'small',
        created_at: '2026-01-01T00:00:00.000Z',
        features: FEATURES.hash,
        fits: true,
        trained_on: {
          from: '2025-12-01T00:00:00.000Z',
          to: '2026-01-01T00:00:00.000Z',
          rows: 1000,
          frauds: 10,
        },
        threshold: 0.5,
        metrics: {auc_roc: 0.9, average_precision: 0.6, calibration_error: 0.01},
        compared: {version: 1, average_precision: 0.5},
      },
      refused: null,
    })
  })

  test('that are damaged are listed with the reason', async () => {
    await add()
    await truncate(join(folder.path, 'data/models/1/manifest.json'), 20)
    const [model] = (await list()).models
    expect(model).toMatchObject({version: 1, about: null, refused: {code: 'model_corrupted'}})
  })
})

describe('a promotion', () => {
  beforeEach(async () => {
    scene = await ApiScene.begin({settings: settings('none')})
    await add()
  })

  test('makes a version champion that did better, and is on the audit trail', async () => {
    await add(better)
    const {status, body} = await promote(2)
    const reason = 'average precision 0.6000 against 0.5000 of version 1 on the same transactions'
    expect([status, body]).toEqual([200, {champion: 2, previous: 1, reason}])
    expect(await list()).toMatchObject({champion: 2, challenger: null})
    expect((await registry.history()).at(-1)).toMatchObject({
      alias: 'champion',
      from: 1,
      to: 2,
      by: 'promote',
    })
    const [record] = await audited()
    expect(record).toMatchObject({
      actor: {name: 'leo'},
      action: 'model.promote',
      subject: {type: 'model', id: '2'},
      before: {champion: 1},
      after: {champion: 2, reason},
    })
  })

  test('is a lead’s or an admin’s to propose and, by somebody else, to approve', async () => {
    await add(better)
    for (const as of ['ana', 'shop'] as const) expect((await propose(2, as)).body.code).toBe('forbidden')
    const {status, body} = await propose(2, 'adam')
    expect([status, body.proposal]).toMatchObject([202, {action: 'promote', version: 2, champion: 1}])
    expect((await list()).champion).toBe(1)
    expect((await scene.ask('GET /v1/models/proposal', {as: 'ana'})).body).toEqual(body)
    expect((await approve(body.proposal.id, 'ana')).body.code).toBe('forbidden')
    expect((await approve(body.proposal.id, 'adam')).body.code).toBe('own_proposal')
    expect((await approve('another')).body.code).toBe('unknown_proposal')
    await scene.restart()
    expect((await approve(body.proposal.id)).status).toBe(200)
    expect((await scene.ask('GET /v1/models/proposal', {as: 'ana'})).body.proposal).toBeNull()
  })

  test('is withdrawn, or outdated by another champion', async () => {
    await add(better)
    const {proposal} = (await propose(2)).body
    const withdrawn = await scene.ask('DELETE /v1/models/proposal', {as: 'leo', body: {id: proposal.id}})
    expect(withdrawn.status).toBe(204)
    expect((await approve(proposal.id)).body.code).toBe('unknown_proposal')
    const again = (await propose(2)).body.proposal
    await registry.promote(2, '2026-01-31T00:00:00.000Z', 'on the machine')
    expect((await approve(again.id)).body.code).toBe('proposal_outdated')
  })

  test('is taken back in the same way', async () => {
    await add(better)
    await promote(2)
    const {status, body} = await scene.ask('POST /v1/models/rollback', {as: 'lea'})
    expect([status, body.proposal.action]).toEqual([202, 'rollback'])
    const done = await approve(body.proposal.id)
    expect([done.status, done.body]).toEqual([
      200,
      {champion: 1, previous: 2, reason: 'version 2 did not do'},
    ])
    expect((await audited())[0]).toMatchObject({
      action: 'model.rollback',
      actor: {name: 'leo'},
      after: {champion: 1},
    })
    const further = (await scene.ask('POST /v1/models/rollback', {as: 'lea'})).body.proposal
    expect((await approve(further.id)).body.code).toBe('promotion_refused')
  })

  test.each([
    [
      'did no better',
      {compared: {version: 1, average_precision: 0.7}},
      /^version 2 is not promoted: average precision 0\.6000 against 0\.7000 of version 1 .*; train again/,
    ],
    ['was compared with nobody', {}, /it was not compared with version 1, the champion/],
    [
      'was trained on other features',
      {...better, features: {hash: 'f'.repeat(32), names: ['card.count_1h']}},
      /was trained on other features/,
    ],
  ])('of a version that %s is refused and changes nothing', async (_, changes, reason) => {
    await add(changes)
    const {status, body} = await promote(2)
    expect([status, body.code]).toEqual([422, 'promotion_refused'])
    expect(body.detail).toMatch(reason)
    expect((await list()).champion).toBe(1)
    expect(await audited()).toEqual([])
  })

  test('of damaged weights is refused, with the file', async () => {
    await add(better)
    await truncate(join(folder.path, 'data/models/2/weights.bin'), 12)
    expect((await promote(2)).body.detail).toContain('weights.bin: it has 12 bytes, its manifest says 868')
    expect((await list()).champion).toBe(1)
  })

  test('of the champion says that it is that already; of two who approve at a time one does', async () => {
    await add(better)
    const {proposal} = (await propose(2)).body
    const both = await Promise.all([approve(proposal.id, 'leo'), approve(proposal.id, 'adam')])
    expect(both.map(({status}) => status).sort()).toEqual([200, 404])
    expect((await promote(2)).body.detail).toBe('version 2 is the champion already')
    expect(await audited()).toHaveLength(1)
  })

  test.each([
    ['9', 'there is no such version of the model; there are 1'],
    ['champion', 'versions are whole numbers; GET /v1/models lists them'],
    ['0', 'versions are whole numbers; GET /v1/models lists them'],
  ])('of version %s, which is not there, is 404', async (version, detail) => {
    const {status, body} = await promote(version)
    expect([status, body.code, body.detail]).toEqual([404, 'unknown_model', detail])
  })
})

test('the promoted version is the one that decides, a moment later', async () => {
  await add()
  await add(better)
  const overrides = settings('champion')
  const config = loadConfig({folder: folder.path, env: {}, overrides})
  const serving = await scorerOf(config, {})
  if (serving === undefined) throw new Error('a champion is asked for')
  scene = await ApiScene.begin({settings: overrides, scorer: serving})
  expect((await list()).deciding).toEqual({id: 'small', version: 1})
  const watch = new ModelWatch({config, serving, onSwapped: () => undefined, onRefused: () => undefined})
  try {
    expect((await promote(2)).status).toBe(200)
    await expect.poll(async () => (await list()).deciding, {timeout: 6000}).toEqual({id: 'small', version: 2})
    const body = {transaction_id: 't1', user_id: 'u1', card_id: 'c1', amount: 5, event_time: Date.now()}
    const decision = await scene.ask('POST /v1/decisions?deadline_ms=5000', {as: 'shop', body})
    expect(decision.body.model).toEqual({id: 'small', version: 2})
  } finally {
    await watch.stop()
  }
})
