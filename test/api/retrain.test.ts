import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {retrainStatusSchema} from '../../src/adapters/http/retrain-service.js'
import {ApiScene, type Person} from './support/api-scene.js'

let scene: ApiScene
beforeEach(async () => {
  scene = await ApiScene.begin({settings: {'model.alias': 'none'}})
})
afterEach(() => scene.end())

const URL = '/v1/models/retrain'
const status = async (as: Person = 'ana') =>
  retrainStatusSchema.parse((await scene.ask(`GET ${URL}`, {as})).body)
const retrain = (as: Person = 'lea') => scene.ask(`POST ${URL}`, {as})

describe('training a version over HTTP', () => {
  test('has not happened yet', async () => {
    expect(await status()).toEqual({running: false, verdicts: 0, last: null})
  })

  test('is begun at once, one at a time, and says in the end what came of it', async () => {
    const [first, second] = await Promise.all([retrain(), retrain('adam')])
    expect([first?.status, second?.status].sort()).toEqual([202, 409])
    const [began, refused] = first?.status === 202 ? [first, second] : [second, first]
    expect(began?.body).toEqual({running: true, verdicts: 0, last: null})
    expect(refused?.body).toMatchObject({code: 'retrain_running'})
    await expect.poll(async () => (await status()).running, {timeout: 20_000}).toBe(false)
    // Nothing was served that it could learn from.
    expect((await status()).last).toMatchObject({trigger: 'request', outcome: 'failed', version: null})
    const metrics = (await scene.ask('GET /metrics', {as: 'adam'})).body
    expect(metrics).toContain('tripline_model_retrain_runs_total{trigger="request",outcome="failed"} 1')
  })

  test('is a lead’s or an admin’s, and on the audit trail', async () => {
    for (const as of ['ana', 'shop'] as const) expect((await retrain(as)).body.code).toBe('forbidden')
    expect((await scene.ask(`GET ${URL}`, {as: 'shop'})).status).toBe(403)
    expect((await retrain('lea')).status).toBe(202)
    const {body} = await scene.ask('GET /v1/audit', {as: 'adam'})
    expect(body.items[0]).toMatchObject({actor: {name: 'lea'}, action: 'model.retrain'})
  })

  test('knows no other methods', async () => {
    expect((await scene.ask(`DELETE ${URL}`, {as: 'lea'})).body.code).toBe('method_not_allowed')
  })
})
