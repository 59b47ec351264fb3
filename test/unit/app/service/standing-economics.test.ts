import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {stringify} from 'yaml'
import {loadFolders} from '../../../../src/app/bundle/load-bundle.js'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import {EmbeddedService} from '../../../../src/app/service/embedded-service.js'
import type {WallTime} from '../../../../src/core/event/time.js'
import {type TemporaryFolder, temporaryFolder} from '../../../conformance/temporary-folder.js'
import {type Samples, samplesOf} from '../../../support/telemetry/samples.js'

const START = Date.UTC(2026, 2, 2, 9)
const HOUR_MS = 3_600_000

const rule = (id: string, when: string) => ({
  ...{schema: 'tripline/rule/v1', id, version: 1, title: id, key: 'user_id', severity: 'high'},
  ...{action: 'review', score: 50, match: {event: {as: 'tx', stream: 'transactions'}, when}},
})
const VIEW = {
  ...{schema: 'tripline/feature-view/v1', name: 'card', entity: 'card_id', windows: ['1h']},
  aggregates: [{name: 'count', fn: 'count'}],
}

let folder: TemporaryFolder
let service: EmbeddedService
let wall = START
const clock = {now: () => wall as WallTime}

beforeAll(async () => {
  folder = await temporaryFolder()
  const files = {
    'rules/large.yaml': rule('large', 'tx.amount > 100.0'),
    'rules/largest.yaml': rule('largest', 'tx.amount > 200.0'),
    'features/card.yaml': VIEW,
  }
  await mkdir(join(folder.path, 'rules'))
  await mkdir(join(folder.path, 'features'))
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder.path, name), stringify(content))
  const config = loadConfig({
    ...{folder: folder.path, env: {}},
    overrides: {'rules.dir': join(folder.path, 'rules'), 'features.dir': join(folder.path, 'features')},
  })
  service = await EmbeddedService.start({
    ...{config, clock, dataDir: join(folder.path, 'data'), folder: await loadFolders(config)},
    onFailure: (error) => {
      throw error
    },
  })
}, 60_000)
afterAll(async () => {
  await service.stop()
  await folder.remove()
})

async function send(stream: string, ...events: readonly object[]): Promise<void> {
  const inputs = events.map((event) => Buffer.from(JSON.stringify(event)))
  for (const {status} of await service.submit(stream, inputs)) expect(status).toBe('accepted')
}

const transaction = (transaction_id: string, amount: number) => ({
  ...{transaction_id, amount, user_id: 'u1', card_id: 'c1', event_time: START},
})
const verdict = (transaction_id: string, said: string) => ({
  ...{feedback_id: `f-${transaction_id}`, user_id: 'u1', transaction_id, verdict: said, event_time: wall},
})

async function samples(): Promise<Samples> {
  return samplesOf((await service.parts.metrics.expose()).text)
}

test('the service shows what each rule is worth, by the verdicts on what it found', async () => {
  await send('transactions', transaction('a', 150), transaction('b', 160), transaction('c', 300))
  wall = START + HOUR_MS
  await send('feedback', verdict('a', 'legitimate'), verdict('b', 'fraud'), verdict('c', 'fraud'))
  const shown = await samples()
  const of = (rule: string) =>
    ['precision', 'caught_frauds', 'unique_catches', 'overlap', 'saved_usd', 'saved_per_alert_usd'].map(
      (name) => shown.value(`tripline_rule_${name}`, {rule}),
    )
  expect(of('large')).toEqual([2 / 3, 2, 1, 0.5, 460, 153.33])
  expect(of('largest')).toEqual([1, 1, 0, 1, 300, 300])
})

test('a verdict that comes later changes them, within five minutes', async () => {
  wall += 60_000
  await send('feedback', {...verdict('a', 'fraud'), feedback_id: 'f-a-again'})
  const precision = async () => (await samples()).value('tripline_rule_precision', {rule: 'large'})
  expect(await precision()).toBe(2 / 3)
  wall += 5 * 60_000
  expect(await precision()).toBe(1)
})
