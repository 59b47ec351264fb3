import {join} from 'node:path'
import {afterEach, beforeAll, expect, test} from 'vitest'
import type {StoredDeadLetter} from '../../src/engine/port/read-model.js'
import {ApiScene} from '../api/support/api-scene.js'
import {expectJudged, send, traffic} from '../api/support/judged.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {triplineJson} from '../support/process/tripline.js'

const HOUR_MS = 3_600_000

let scene: ApiScene

beforeAll(ensureBuilt, 180_000)
afterEach(() => scene.end())

test('dead letters that are sent again count once they are taken, and once only, however often they are sent', async () => {
  scene = await ApiScene.begin({settings: {'event_time.allowed_lateness': '1d'}})
  const meant = traffic(Date.now(), 30)
  const ahead = {transaction_id: 'ahead', user_id: 'u9', amount: 2_000, event_time: Date.now() + HOUR_MS}
  await send(scene, meant)
  const {body} = await scene.send(ahead, {user_id: 'u1'})
  expect(body.results).toMatchObject([{code: 'future_event_time'}, {code: 'bad_schema'}])
  await scene.stop()

  const place = ['--data-dir', scene.config.dataDir, '--rules', join(scene.folder, 'cep-rules')]
  const features = ['--features', join(scene.folder, 'features')]
  // What was too far ahead is so no more.
  const env = {TRIPLINE_EVENT_TIME_MAX_FUTURE_SKEW: '2h', TRIPLINE_EVENT_TIME_ALLOWED_LATENESS: '1d'}
  const letters = <T>(...args: string[]) =>
    triplineJson<T>(['dead-letters', ...args, ...place, ...features], {env})
  const {items} = await letters<{items: StoredDeadLetter[]}>('list')
  const future = items.find(({letter}) => letter.reason === 'future_event_time')
  expect(await letters('replay')).toMatchObject({sent: 2, outcomes: {accepted: 1, dead_lettered: 1}})
  expect(await letters('replay', future?.id ?? '')).toMatchObject({sent: 1, outcomes: {duplicate: 1}})

  await scene.start()
  await expectJudged(scene, [...meant, {stream: 'transactions', event: ahead}])
}, 120_000)
