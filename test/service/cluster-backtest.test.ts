import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {writeTopicWindow} from '../../src/app/service/cluster/backtest/write-topic-window.js'
import {largePayment} from '../api/support/rules-folder.js'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {TEST_KAFKA, TEST_REDIS, testConnection} from '../support/services/test-kafka.js'

const LARGE = largePayment(2, 3000)

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)('a backtest by a worker', () => {
  let scene: EdgeScene
  let one: ClusterWorker
  let other: ClusterWorker

  beforeAll(async () => {
    scene = await EdgeScene.begin()
    ;[one, other] = (await Promise.all([scene.start(), scene.start()])) as [ClusterWorker, ClusterWorker]
    await scene.settled(one, other)
    for (const [i, amount] of [1500, 2500, 3500, 12_000].entries()) await pay(`t${i}`, `u${i}`, amount)
  }, 240_000)
  afterAll(() => scene.end())

  const pay = async (transaction_id: string, user_id: string, amount: number) => {
    const body = {transaction_id, user_id, amount, event_time: Date.now()}
    const route = 'POST /v1/decisions?deadline_ms=10000'
    expect((await scene.ask(one, route, {as: 'shop', body})).status).toBe(200)
  }
  const backtest = (body: object, worker = other) =>
    scene.ask(worker, 'POST /v1/rules/backtest', {as: 'lea', body})

  test('says what would change for users of all partitions, while decisions go on, and changes nothing', async () => {
    const inForce = (await scene.ask(one, 'GET /v1/rules', {as: 'ana'})).body.bundle
    const asked = backtest({rules: [LARGE]})
    for (let i = 0; i < 5; i++) await pay(`meanwhile-${i}`, 'u9', 10)
    const {status, body} = await asked
    expect([status, body]).toMatchObject([200, {events: {complete: true}}])
    expect(body.events.count).toBeGreaterThanOrEqual(4)
    expect(body.diff).toMatchObject({
      a: {folder: 'in force', bundle: inForce},
      alerts: {appear: 0, disappear: 2, stay: 3},
      decisions: {changed: 2},
      rules: {large: {version: {a: 1, b: 2}}},
    })
    expect((await scene.ask(one, 'GET /v1/rules', {as: 'ana'})).body.bundle).toBe(inForce)
    expect(await readdir(join(scene.folder, 'data', 'backtests'))).toEqual([])
  })

  test('looks at what came in a time; rules with faults are told', async () => {
    const {body} = await backtest({rules: [LARGE], from: '2019-01-01T00:00:00Z', to: '2020-01-01T00:00:00Z'})
    expect(body.events).toEqual({count: 0, from: null, to: null, complete: true})
    const wrong = await backtest({rules: [LARGE.replace('> 3000.0', '>')]})
    expect([wrong.status, wrong.body.code]).toEqual([422, 'rules_refused'])
  })

  test('does not look at users who were forgotten', async () => {
    await scene.ask(one, 'DELETE /v1/users/u0', {as: 'adam'})
    await scene.until(async () => {
      const {body} = await backtest({rules: [LARGE]})
      return body.diff.alerts.disappear === 1
    })
  })

  test('takes the newest, where more came in than it may take', async () => {
    const {namespace} = scene.topics
    const names = scene.topics.names
    const inputs = [{topic: names.ofStream('transactions'), stream: 'transactions', isBroadcast: false}]
    const path = join(scene.folder, 'window.ndjson.gz')
    const written = await writeTopicWindow({
      ...{namespace, inputs, path, partitions: 2, controlTopic: names.control, eventLimit: 1e6},
      kafka: testConnection(),
      ...{from: 0, to: Date.now(), most: 3},
    })
    expect(written).toMatchObject({count: 3, complete: false})
  })
})
