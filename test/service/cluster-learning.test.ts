import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {RetrainStatus} from '../../src/adapters/http/retrain-service.js'
import {SeededRandom} from '../../src/simulation/seeded-random.js'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {flush} from '../support/services/flush.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'

const VIEW = `
schema: tripline/feature-view/v1
kind: row
name: payment
entity: user_id
rows:
  - {name: amount, expr: 'tx.amount'}
  - {name: online, expr: 'tx.channel == "online"'}
`
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
const POLICY = `
schema: tripline/policy/v1
version: 1
model: {review: 0.5, decline: 0.9}
control_sample: {share: 0.1}
`
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const START = Date.UTC(2026, 0, 1)

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)('learning, by many workers', () => {
  let scene: EdgeScene
  let one: ClusterWorker
  let other: ClusterWorker
  let sent = 0
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
    await writeFile(join(features, 'payment.yaml'), VIEW)
    await writeFile(join(features, 'merchant.yaml'), MERCHANT_VIEW)
    await writeFile(join(scene.rules, 'policy.yaml'), POLICY)
    ;[one, other] = (await Promise.all([start(), start()])) as [ClusterWorker, ClusterWorker]
    await scene.settled(one, other)
  }, 240_000)
  afterAll(() => scene.end())

  interface Transaction {
    readonly transaction_id: string
    readonly user_id: string
    readonly merchant_id: string
    readonly amount: number
    readonly channel: string
    readonly event_time: number
  }
  const random = new SeededRandom(4, 'learning by workers')

  /** The next transaction, a minute after the one before. */
  function transaction(): Transaction {
    const at = sent++
    return {
      transaction_id: `t${at}`,
      user_id: `u${at % 40}`,
      merchant_id: `m${at % 7}`,
      amount: random.integer(1, 1000),
      channel: random.chance(0.5) ? 'online' : 'pos',
      event_time: START + at * MINUTE_MS,
    }
  }

  /** At first large payments are fraud; later small ones that are made online. */
  const isFraud = {
    large: ({amount}: Transaction) => amount > 900,
    small: ({amount, channel}: Transaction) => amount < 150 && channel === 'online',
  }

  /** Sends transactions, and an hour later what they turned out to be. */
  async function live(count: number, isFraudulent: (paid: Transaction) => boolean): Promise<void> {
    const paid = Array.from({length: count}, transaction)
    const verdicts = paid.filter(isFraudulent).map(({transaction_id, user_id, event_time}) => ({
      feedback_id: `f-${transaction_id}`,
      user_id,
      transaction_id,
      verdict: 'fraud',
      source: 'chargeback',
      event_time: event_time + HOUR_MS,
    }))
    for (const [stream, body] of [
      ['transactions', paid],
      ['feedback', verdicts],
    ] as const)
      expect((await scene.ask(one, `POST /v1/events/${stream}`, {as: 'shop', body})).status).toBe(202)
    await scene.until(async () => {
      const ledgers = await Promise.all(
        scene.workers.map((worker) => scene.ask(worker, 'GET /v1/ledger', {as: 'adam'})),
      )
      const accepted = ledgers.map(({body}) => body.total.transactions?.accepted ?? 0)
      return accepted.reduce((sum, each) => sum + each, 0) >= sent
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
    const {body} = await scene.ask(one, decide, {as: 'shop', body: transaction()})
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
