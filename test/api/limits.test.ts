import {afterEach, expect, test} from 'vitest'
import {serviceLog} from '../../src/app/service/service-log.js'
import {ApiScene} from './support/api-scene.js'

let scene: ApiScene | undefined

afterEach(async () => {
  await scene?.end()
  scene = undefined
})

test('a key that asks too often is put off, and others are not', async () => {
  scene = await ApiScene.begin({rate: 1})
  const {ask} = {ask: scene.ask.bind(scene)}
  const answers = await Promise.all(Array.from({length: 12}, () => ask('GET /v1/alerts', {as: 'ana'})))
  const refused = answers.filter(({status}) => status === 429)
  expect(refused).toHaveLength(2)
  expect(refused[0]?.body.code).toBe('rate_limited')
  const wait = Number(refused[0]?.headers.get('retry-after'))
  expect(wait).toBeGreaterThanOrEqual(1)
  expect(wait).toBeLessThanOrEqual(10)
  expect((await ask('GET /v1/alerts', {as: 'bob'})).status).toBe(200)
  expect((await ask('GET /health/live')).status).toBe(200)
})

test('whoever tries one key after the other is put off', async () => {
  scene = await ApiScene.begin()
  const {ask} = {ask: scene.ask.bind(scene)}
  const headers = {authorization: `Bearer tripline_0123456789ab_${'A'.repeat(43)}`}
  const tried = await Promise.all(Array.from({length: 110}, () => ask('GET /v1/alerts', {headers})))
  expect(tried.filter(({status}) => status === 401)).toHaveLength(100)
  expect(tried.filter(({body}) => body.code === 'rate_limited')).toHaveLength(10)
  // The same address, with a key: not to blame.
  expect((await ask('GET /v1/alerts', {as: 'ana'})).status).toBe(200)
})

test('the log does not show what is private', () => {
  const lines: string[] = []
  const log = serviceLog({write: (line) => void lines.push(line)})
  const event = {
    ip: '10.9.8.7',
    device_id: 'phone-7',
    lat: 51.123,
    lon: 0.456,
    note: 'her sister',
    amount: 12,
  }
  log.info(
    {...event, event, events: [event], err: {token: 'tok-1'}, headers: {authorization: 'Bearer abc'}},
    'all',
  )
  const [line = ''] = lines
  for (const secret of ['10.9.8.7', 'phone-7', '51.123', '0.456', 'sister', 'tok-1', 'Bearer abc'])
    expect(line).not.toContain(secret)
  expect(JSON.parse(line)).toMatchObject({msg: 'all', event: {amount: 12, ip: '[redacted]'}})
})
