import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import type {Models} from '../../src/adapters/http/models-service.js'
import type {RetrainStatus} from '../../src/adapters/http/retrain-service.js'
import type {DecisionRecord} from '../../src/core/decision/records.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {
  ChangingFraud,
  isFraud,
  PAYMENT_VIEW,
  type Payment,
  SAMPLING_POLICY,
} from '../support/learning/changing-fraud.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {RunningService} from '../support/process/running-service.js'
import {getLedger} from '../support/process/service-answers.js'
import {tripline} from '../support/process/tripline.js'

let folder: TemporaryFolder
let service: RunningService
let url: string
const env = () => ({
  TRIPLINE_DATA_DIR: join(folder.path, 'data'),
  TRIPLINE_FEATURES_DIR: join(folder.path, 'features'),
  TRIPLINE_RULES_DIR: join(folder.path, 'rules'),
  TRIPLINE_MODEL_ALIAS: 'champion',
  TRIPLINE_MODEL_RETRAIN_MATURITY: '2h',
})

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
  for (const name of ['features', 'rules']) await mkdir(join(folder.path, name))
  await writeFile(join(folder.path, 'features', 'payment.yaml'), PAYMENT_VIEW)
  await writeFile(join(folder.path, 'rules', 'policy.yaml'), SAMPLING_POLICY)
  service = new RunningService(join(folder.path, 'data'), [], env())
  ;({url} = await service.ready())
}, 120_000)
afterAll(async () => {
  await service.end('SIGTERM')
  await folder.remove()
})

const fraud = new ChangingFraud('learning loop')

async function post<T>(path: string, body?: unknown): Promise<T> {
  const answer = await fetch(url + path, {
    method: 'POST',
    ...(body === undefined
      ? {}
      : {headers: {'content-type': 'application/json'}, body: JSON.stringify(body)}),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
  return JSON.parse(text) as T
}
const get = async <T>(path: string): Promise<T> => (await (await fetch(url + path)).json()) as T
const models = () => get<Models>('/v1/models')
const deciding = async () => (await models()).deciding?.version

/** Sends transactions, and an hour later what they turned out to be. */
async function live(count: number, isFraudulent: (payment: Payment) => boolean): Promise<void> {
  const {payments, verdicts} = fraud.next(count, isFraudulent)
  await post('/v1/events/transactions', payments)
  await post('/v1/events/feedback', verdicts)
}

/** Has a version trained. Returns what came of it. */
async function retrain(): Promise<NonNullable<RetrainStatus['last']>> {
  const before = (await get<RetrainStatus>('/v1/models/retrain')).last
  expect((await post<RetrainStatus>('/v1/models/retrain')).running).toBe(true)
  const ended = async () => {
    const {last, running} = await get<RetrainStatus>('/v1/models/retrain')
    return !running && last?.started_at !== before?.started_at ? last : undefined
  }
  await expect.poll(ended, {timeout: 40_000, interval: 100}).toBeDefined()
  return (await ended()) as NonNullable<RetrainStatus['last']>
}

const decide = (payment: Payment) => post<DecisionRecord>('/v1/decisions?deadline_ms=10000', payment)

test('a service learns from what it served and was told: verdicts, challenger in shadow, promotion, rollback', async () => {
  // Rules alone decide, and nobody knows how good a version would be.
  expect(await retrain()).toMatchObject({
    outcome: 'failed',
    detail: expect.stringContaining('labelled transactions'),
  })
  await live(1200, isFraud.large)
  expect(await retrain()).toMatchObject({outcome: 'trained', version: 1, trigger: 'request'})
  await expect.poll(deciding, {timeout: 10_000}).toBe(1)
  await expect.poll(async () => (await decide({...fraud.payment(), amount: 950})).score).toBeGreaterThan(0.5)

  // The fraud changes, and the champion does not see it.
  await live(2000, isFraud.small)
  expect(await retrain()).toMatchObject({outcome: 'trained', version: 2})
  const metric = async () => (await fetch(`${url}/metrics`)).text()
  await expect
    .poll(
      async () => {
        await decide(fraud.payment())
        return metric()
      },
      {timeout: 10_000},
    )
    .toMatch(/tripline_model_scored_total\{version="2",role="shadow"\} [1-9]/)
  expect(await deciding()).toBe(1)
  await live(400, isFraud.small)

  // The swap, under load: every transaction is answered, by a version that is named.
  const decisions: DecisionRecord[] = []
  let isPromoted = false
  const pay = async () => {
    while (!isPromoted) decisions.push(await decide(fraud.payment()))
  }
  const load = Promise.all(Array.from({length: 8}, pay))
  const promotion = await post<{champion: number; reason: string}>('/v1/models/2/promote')
  expect(promotion).toMatchObject({champion: 2})
  expect(promotion.reason).toMatch(
    /^average precision [01]\.\d+ against 0\.\d+ of version 1 on \d{3,} later transactions with \d{2,} frauds$/,
  )
  await expect.poll(deciding, {timeout: 10_000}).toBe(2)
  isPromoted = true
  await load
  // A machine that is short of time may leave some to rules; then they say so.
  const scored = decisions.filter(({degraded}) => degraded.length === 0)
  expect(new Set(scored.map(({model}) => model?.version))).toEqual(new Set([1, 2]))
  for (const {score, model} of decisions) expect(model === null).toBe(score === null)
  const {total, balanced} = await getLedger(url)
  expect([balanced, total.transactions]).toEqual([
    true,
    {in: fraud.payments, accepted: fraud.payments, duplicate: 0, late: 0, dead_lettered: 0},
  ])

  // One step back.
  const {code} = await tripline(['models', 'rollback'], {env: env()})
  expect(code).toBe(0)
  await expect.poll(deciding, {timeout: 10_000}).toBe(1)
  await expect.poll(async () => (await decide(fraud.payment())).model?.version).toBe(1)
}, 120_000)
