import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {RetrainStatus} from '../../src/adapters/http/retrain-service.js'
import {
  ChangingFraud,
  isFraud,
  PAYMENT_VIEW,
  type Payment,
  SAMPLING_POLICY,
} from '../support/learning/changing-fraud.js'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {flush} from '../support/services/flush.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

/** Of merchants, which live in other partitions than their users: not to be had. */
const MERCHANT_VIEW = `
schema: tripline/feature-view/v1
name: merchant_busy
entity: merchant_id
stream: transactions
windows: [1h]
aggregates:
  - {name: count, fn: count}
`
describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)('learning, by many workers', () => {
  let scene: EdgeScene
  let one: ClusterWorker
  let other: ClusterWorker
  let folders = 0

  /** Each with a folder of its own: nothing is shared but Kafka and Redis. */
  const start = () => {
    return scene.start({
      TRIPLINE_DATA_DIR: join(scene.folder, `data-${++folders}`),
      TRIPLINE_FEATURES_DIR: join(scene.folder, 'features'),
    })
  }

  beforeAll(async () => {
    scene = await EdgeScene.begin({
      env: {TRIPLINE_MODEL_ALIAS: 'champion', TRIPLINE_MODEL_RETRAIN_MATURITY: '2h'},
    })
    const features = join(scene.folder, 'features')
    await mkdir(features)
    await writeFile(join(features, 'payment.yaml'), PAYMENT_VIEW)
    await writeFile(join(features, 'merchant.yaml'), MERCHANT_VIEW)
    await writeFile(join(scene.rules, 'policy.yaml'), SAMPLING_POLICY)
    ;[one, other] = (await Promise.all([start(), start()])) as [ClusterWorker, ClusterWorker]
    await scene.settled(one, other)
  }, 240_000)
  afterAll(() => scene.end())

  const fraud = new ChangingFraud('learning by workers')

  /** Sends transactions, and an hour later what they turned out to be. */
  async function live(count: number, isFraudulent: (payment: Payment) => boolean): Promise<void> {
    const {payments, verdicts} = fraud.next(count, isFraudulent)
    for (const [stream, body] of [
      ['transactions', payments],
      ['feedback', verdicts],
    ] as const)
      expect((await scene.ask(one, `POST /v1/events/${stream}`, {as: 'shop', body})).status).toBe(202)
    await scene.until(async () => {
      const ledgers = await Promise.all(
        scene.workers.map((worker) => scene.ask(worker, 'GET /v1/ledger', {as: 'adam'})),
      )
      const accepted = ledgers.map(({body}) => body.total.transactions?.accepted ?? 0)
      return accepted.reduce((sum, each) => sum + each, 0) >= fraud.payments
    }, 60_000)
  }

  const statusAt = async (worker: ClusterWorker): Promise<RetrainStatus> =>
    (await scene.ask(worker, 'GET /v1/models/retrain', {as: 'ana'})).body
  const modelsAt = async (worker: ClusterWorker) =>
    (await scene.ask(worker, 'GET /v1/models', {as: 'ana'})).body

  /** Has a version trained by whichever worker is asked. Returns what came of it, as another tells. */
  async function retrain(asked: ClusterWorker, told: ClusterWorker) {
    const before = (await statusAt(told)).last
    expect((await scene.ask(asked, 'POST /v1/models/retrain', {as: 'lea'})).status).toBe(202)
    return scene.until(async () => {
      const {last, running} = await statusAt(told)
      return !running && last?.started_at !== before?.started_at ? last : undefined
    }, 60_000)
  }

  test('verdicts, a challenger in shadow, promotion by two people, and every worker swaps', async () => {
    await live(1200, isFraud.large)
    const [first, second] = await Promise.all([retrain(one, other), refusedOrLater()])
    expect(first).toMatchObject({outcome: 'trained', version: 1, trigger: 'request'})
    expect(second).toBe('retrain_running')
    for (const worker of [one, other])
      await scene.until(async () => (await modelsAt(worker)).deciding?.version === 1)

    // The fraud changes, and the champion does not see it.
    await live(2000, isFraud.small)
    expect(await retrain(other, one)).toMatchObject({outcome: 'trained', version: 2})
    for (const worker of [one, other])
      await scene.until(async () => (await modelsAt(worker)).challenger === 2)
    await scene.until(async () => {
      await live(20, isFraud.small)
      const metrics = await Promise.all(
        [one, other].map(async (worker) =>
          (await fetch(`${await worker.url()}/metrics`, {headers: scene.authorization('adam')})).text(),
        ),
      )
      return metrics.every((text) => /model_scored_total\{version="2",role="shadow"\} [1-9]/.test(text))
    })
    await live(400, isFraud.small)

    const proposed = await scene.ask(one, 'POST /v1/models/2/promote', {as: 'lea'})
    const approve = {as: 'leo', body: {id: proposed.body.proposal.id}} as const
    const approved = await scene.ask(other, 'POST /v1/models/proposal/approve', approve)
    expect([approved.status, approved.body]).toMatchObject([200, {champion: 2, previous: 1}])
    expect(approved.body.reason).toMatch(
      /^average precision [01]\.\d+ against 0\.\d+ of version 1 on \d{3,} later/,
    )
    for (const worker of [one, other])
      await scene.until(async () => (await modelsAt(worker)).deciding?.version === 2)
    // It never had the features that cannot be had here, and misses none.
    const decide = 'POST /v1/decisions?deadline_ms=10000'
    const {body} = await scene.ask(one, decide, {as: 'shop', body: fraud.payment()})
    expect(body).toMatchObject({model: {version: 2}, degraded: []})
  }, 240_000)

  test('a worker with an empty folder begins with the champion, also where Redis was flushed', async () => {
    await flush(scene.topics.namespace)
    const third = await start()
    const {deciding, models} = await modelsAt(third)
    expect([deciding?.version, models.length]).toEqual([2, 2])
    await scene.until(async () => (await modelsAt(one)).deciding?.version === 2)
  }, 120_000)

  /** While one trains, the other does not. */
  async function refusedOrLater(): Promise<string | undefined> {
    await scene.until(async () => (await statusAt(other)).running)
    return (await scene.ask(other, 'POST /v1/models/retrain', {as: 'adam'})).body.code
  }
})
