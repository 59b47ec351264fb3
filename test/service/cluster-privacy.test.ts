import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {partitionOf} from '../../src/adapters/kafka/partition-of.js'
import {userDigest} from '../../src/core/forgetting/tombstone.js'
import {CARD_NUMBER, holdsCardNumber} from '../support/process/card-number-search.js'
import type {ClusterWorker} from '../support/services/cluster-worker.js'
import {EdgeScene} from '../support/services/edge-scene.js'
import {redisContents} from '../support/services/redis-contents.js'
import {TEST_KAFKA, TEST_REDIS} from '../support/services/test-kafka.js'
import {topicTexts} from '../support/services/topic-texts.js'
import {type OtlpReceiver, otlpReceiver} from '../support/telemetry/otlp-receiver.js'
import {openReceiver, type Receiver} from '../support/webhook/receiver.js'

const PARTITIONS = 2
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PRODUCER = '00f067aa0ba902b7'
const USER = 'usr-7d1f93aa'
const MARKS = [USER, 'memo-3c6ef372', 'note-a54ff53a', 'pay-510e527f', '203.0.113.77']

const holdsMark = (text: string) =>
  MARKS.some(
    (mark) => text.includes(mark) || text.includes(Buffer.from(mark).toString('base64').slice(0, -3)),
  )

describe.skipIf(TEST_KAFKA === undefined || TEST_REDIS === undefined)(
  'what two workers on Kafka and Redis keep, and tell',
  {timeout: 180_000},
  () => {
    let scene: EdgeScene
    let otlp: OtlpReceiver
    let hook: Receiver
    let workers: readonly [ClusterWorker, ClusterWorker]

    beforeAll(async () => {
      otlp = await otlpReceiver()
      hook = await openReceiver()
      scene = await EdgeScene.begin({
        partitions: PARTITIONS,
        env: {TRIPLINE_TELEMETRY_EXPORTER: 'otlp', TRIPLINE_TELEMETRY_ENDPOINT: otlp.endpoint},
      })
      workers = [await scene.start(), await scene.start()]
      await scene.settled(...workers)
      await scene.ask(workers[0], 'POST /v1/webhooks', {as: 'lea', body: {url: hook.url}})
    }, 180_000)
    afterAll(async () => {
      await hook.close()
      await scene.end()
      await otlp.close()
    })

    const produce = async (stream: string, user: string, value: string, headers = {}) => {
      const producer = scene.topics.kafka.producer()
      await producer.connect()
      const message = {key: user, value, headers, partition: partitionOf(user, PARTITIONS)}
      await producer.send({topic: scene.topics.names.ofStream(stream), messages: [message]})
      await producer.disconnect()
    }
    const alertsOf = async (user: string) =>
      (await scene.ask(workers[1], `GET /v1/alerts?user=${user}`, {as: 'ana'})).body.items
    const messageAbout = (user: string) =>
      scene.until(async () => hook.received.find(({body}) => JSON.parse(body).data?.key?.value === user))

    test.each(['kafka', 'http'] as const)(
      'one trace leads from a producer by %s to the webhook',
      async (way) => {
        const user = `traced-${way}`
        const traceparent = `00-${TRACE}-${PRODUCER}-01`
        const body = {transaction_id: user, user_id: user, amount: 2_000, event_time: Date.now()}
        if (way === 'kafka') await produce('transactions', user, JSON.stringify(body), {traceparent})
        else
          await scene.ask(workers[0], 'POST /v1/events/transactions', {
            as: 'shop',
            body,
            headers: {traceparent},
          })
        const message = await messageAbout(user)
        const [alert] = await alertsOf(user)
        const spans = await scene.until(async () => {
          const decide = otlp.spans.find(({attributes}) => attributes['tripline.alert.id'] === alert.alert_id)
          const webhook = otlp.spans.find(({parentSpanId}) => parentSpanId === decide?.spanId)
          const request = otlp.spans.find(({spanId}) => spanId === decide?.parentSpanId)
          if (decide === undefined || webhook === undefined) return undefined
          return way === 'http' && request === undefined ? undefined : {decide, webhook, request}
        })
        expect([spans.decide.traceId, spans.webhook.traceId]).toEqual([TRACE, TRACE])
        expect(spans.webhook.name).toBe('webhook')
        const first = way === 'kafka' ? spans.decide : spans.request
        expect(first?.parentSpanId).toBe(PRODUCER)
        expect(message.headers.traceparent).toBe(`00-${TRACE}-${spans.webhook.spanId}-01`)
      },
    )

    test('a card number in any stream, by HTTP or in a record of a producer, is kept and told nowhere', async () => {
      const at = Date.now()
      const common = `"user_id":"cards","event_time":${at}`
      const events = {
        transactions: [
          `{"transaction_id":"c1",${common},"amount":1,"card_id":"${CARD_NUMBER}"}`,
          `{"transaction_id":"${CARD_NUMBER}",${common},"amount":1}`,
          `{"transaction_id":"c2",${common},"amount":1,"deep":[{"a":"${CARD_NUMBER}"}]}`,
          `{"transaction_id":"c3",${common},"amount":${CARD_NUMBER}}`,
          `{"transaction_id":"c4",${common},"amount":1,"card_id":"${CARD_NUMBER}"`,
        ],
        locations: [`{${common},"lat":1,"lon":1,"source":"${CARD_NUMBER}"}`],
        merchants: [`{"merchant_id":"${CARD_NUMBER}","event_time":${at}}`],
        feedback: [
          `{"feedback_id":"f1",${common},"verdict":"fraud","transaction_id":"c1","note":"${CARD_NUMBER}"}`,
        ],
        [CARD_NUMBER]: ['{}'],
      }
      const answers: string[] = []
      for (const [stream, bodies] of Object.entries(events))
        for (const body of bodies) {
          const {body: answered} = await scene.ask(workers[0], `POST /v1/events/${stream}`, {
            as: 'shop',
            body,
          })
          answers.push(JSON.stringify(answered))
        }
      // By HTTP nothing of it may reach a topic; what producers write themselves stays on theirs.
      const {kafka, names} = scene.topics
      const inputs = ['transactions', 'locations', 'merchants', 'feedback'].map((name) =>
        names.ofStream(name),
      )
      expect((await topicTexts(kafka, [...inputs, names.intake])).filter(holdsCardNumber)).toEqual([])
      for (const stream of ['transactions', 'locations', 'feedback'] as const)
        for (const body of events[stream]) await produce(stream, 'cards', body)
      const letters = await scene.until(async () => {
        const texts = await topicTexts(kafka, [names.deadLetters])
        return texts.filter((text) => text.includes('looks_like_pan')).length >= 12 ? texts : undefined
      })
      const told = [
        ...letters,
        ...(await topicTexts(kafka, names.outputs)),
        ...(await redisContents(scene.topics.namespace)).values(),
        ...workers.map(({output}) => output),
        ...answers,
        otlp.text(),
        ...hook.received.map(({body}) => body),
      ]
      expect(told.filter(holdsCardNumber)).toEqual([])
    })

    test('a user who is forgotten leaves Redis, whichever worker is asked', async () => {
      const [memo, note, payment, ip] = MARKS.slice(1) as [string, string, string, string]
      const send = (stream: string, body: unknown) =>
        scene.ask(workers[0], `POST /v1/events/${stream}`, {as: 'shop', body})
      const at = Date.now()
      const own = {user_id: USER, ip, memo, amount: 2_000, event_time: at}
      await send('transactions', [
        {...own, transaction_id: payment},
        {...own, transaction_id: payment, amount: 2_001},
        {transaction_id: 'o1', user_id: 'other', amount: 2_000, event_time: at},
        {user_id: USER, transaction_id: 'x', amount: memo},
      ])
      await send('locations', {user_id: USER, lat: 1, lon: 1, source: memo, event_time: 0})
      const [alert] = await scene.until(async () => {
        const found = await alertsOf(USER)
        return found.length > 0 ? found : undefined
      })
      const about = `/v1/alerts/${alert.alert_id}`
      await scene.ask(workers[0], `POST ${about}/notes`, {as: 'ana', body: {text: note}})
      await scene.ask(workers[0], `POST ${about}/feedback`, {as: 'ana', body: {verdict: 'fraud', note}})
      await messageAbout(USER)
      const holding = async () => {
        const contents = await redisContents(scene.topics.namespace)
        return [...contents].filter(([, text]) => holdsMark(text)).map(([key]) => key)
      }
      expect((await holding()).length).toBeGreaterThan(5)

      const answered = await scene.ask(workers[1], `DELETE /v1/users/${USER}`, {as: 'adam'})
      expect(answered).toMatchObject({status: 202, body: {user: userDigest(USER)}})
      // The entry that told of it goes with the next commit.
      await scene.until(async () => {
        await send('transactions', {
          transaction_id: `n${Date.now()}`,
          user_id: 'other',
          amount: 1,
          event_time: at,
        })
        const left = (await holding()).filter((key) => !/\{(w|i)/.test(key))
        if (left.length > 0) throw new Error(left.join(' '))
        return true
      })
      const {body} = await scene.ask(workers[0], `GET ${about}`, {as: 'ana'})
      expect(body).toMatchObject({status: 'closed_fraud', key: {value: 'forgotten'}, notes: [], reason: ''})
      expect(await alertsOf('other')).toHaveLength(1)
      const ledgers = await Promise.all(workers.map((worker) => worker.ledger))
      expect(ledgers).toHaveLength(2)
    })
  },
)
