import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {BacktestDesk} from '../../src/app/service/backtest/backtest-desk.js'
import {writeWindow} from '../../src/app/service/backtest/write-window.js'
import type {WallTime} from '../../src/core/event/time.js'
import {ensureBuilt, PROGRAM} from '../support/process/built-program.js'
import {ApiScene} from './support/api-scene.js'
import {largePayment} from './support/rules-folder.js'

let scene: ApiScene

const NOTHING_RECORDED = {end: 0, before: async function* () {}, between: async function* () {}}

const LARGE = largePayment(2, 3000)

beforeAll(async () => {
  await ensureBuilt()
  scene = await ApiScene.begin()
  const payments = [1500, 2500, 3500, 12_000].map((amount, i) => {
    return {transaction_id: `t${i}`, user_id: 'u1', amount}
  })
  await scene.send(...payments)
}, 240_000)
afterAll(() => scene.end())

const backtest = (body: object, as: 'lea' | 'ana' = 'lea') => scene.ask('POST /v1/rules/backtest', {as, body})

describe('a backtest', () => {
  test('says what would change, and changes nothing', async () => {
    const before = (await scene.ask('GET /v1/rules', {as: 'ana'})).body.bundle
    const {status, body} = await backtest({rules: [LARGE]})
    expect([status, body.events]).toMatchObject([200, {count: 4, complete: true}])
    expect(body.diff).toMatchObject({
      a: {folder: 'in force', bundle: before},
      b: {folder: 'proposed'},
      alerts: {appear: 0, disappear: 2, stay: 3},
      decisions: {total: 4, changed: 2},
      rules: {large: {version: {a: 1, b: 2}}},
    })
    expect((await scene.ask('GET /v1/rules', {as: 'ana'})).body.bundle).toBe(before)
    expect(await readdir(join(scene.config.dataDir, 'backtests'))).toEqual([])
  })

  test('can add rules and leave rules out', async () => {
    const added = LARGE.replace('id: large', 'id: larger').replace('version: 2', 'version: 1')
    const {body} = await backtest({rules: [added], without: ['huge']})
    expect(body.diff.rules).toMatchObject({
      larger: {alerts: {appear: 2}, version: {a: null, b: 1}},
      huge: {alerts: {disappear: 1}, version: {a: 1, b: null}},
    })
  })

  test('looks at what came in a time', async () => {
    const {body} = await backtest({rules: [LARGE], to: '2020-01-01T00:00:00Z', from: '2019-01-01T00:00:00Z'})
    expect(body.events).toEqual({count: 0, from: null, to: null, complete: true})
    expect(body.diff.alerts).toMatchObject({appear: 0, disappear: 0, stay: 0})
  })

  test('of rules with faults says which, and nothing of where the service works', async () => {
    const {status, body} = await backtest({rules: [LARGE.replace('> 3000.0', '>')]})
    expect([status, body.code]).toEqual([422, 'rules_refused'])
    expect(body.faults.join('\n')).toMatch(/^proposed\/1\.yaml:\d+:\d+: /)
    expect(JSON.stringify(body)).not.toContain(scene.config.dataDir)
    expect((await backtest({rules: ['id: x']})).body.code).toBe('rules_refused')
    expect((await backtest({without: ['nowhere']})).body.code).toBe('rules_refused')
    expect((await backtest({rules: LARGE})).body.code).toBe('bad_request')
    expect((await backtest({rules: [LARGE]}, 'ana')).body.code).toBe('forbidden')
  })

  test('is ended when it takes too long; there is one at a time', async () => {
    const {service, config} = scene
    const desk = new BacktestDesk({
      config,
      write: (window) => writeWindow({...window, log: NOTHING_RECORDED, partition: 0}),
      content: () => service.parts.rules.content(),
      clock: {now: () => Date.now() as WallTime},
      program: PROGRAM,
      limits: {ms: 100},
    })
    const request = {rules: [], without: [], from: undefined, to: undefined}
    const [first, second] = await Promise.allSettled([desk.run(request), desk.run(request)])
    expect(first).toMatchObject({reason: {name: 'BacktestLimitError'}})
    expect(second).toMatchObject({reason: {name: 'BacktestBusyError'}})
    await expect(desk.run(request)).rejects.toThrow('more than 0.1 s')
  })
})
