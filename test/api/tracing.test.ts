import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, onTestFinished, test, vi} from 'vitest'
import {type OtlpReceiver, otlpReceiver, type ReceivedSpan} from '../support/telemetry/otlp-receiver.js'
import {type Received, receiver} from '../support/webhook/receiver.js'
import {ApiScene} from './support/api-scene.js'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PRODUCER = '00f067aa0ba902b7'

async function tracedScene(settings: {readonly [name: string]: unknown}): Promise<ApiScene> {
  return ApiScene.begin({
    settings: {'webhooks.allow_http_loopback': true, 'telemetry.sample': 0, ...settings},
  })
}

/** A large payment, sent by a producer that traces, reaches a subscriber. Gives what arrived there. */
async function alertedPayment(scene: ApiScene, flags: string): Promise<Received> {
  const target = await receiver()
  await scene.ask('POST /v1/webhooks', {as: 'lea', body: {url: target.url}})
  const traceparent = `00-${TRACE}-${PRODUCER}-${flags}`
  const body = {
    transaction_id: 't1',
    user_id: 'secret-user',
    amount: 2000,
    ip: '203.0.113.77',
    event_time: Date.now(),
  }
  await scene.ask('POST /v1/events/transactions', {as: 'shop', body, headers: {traceparent}})
  await vi.waitFor(() => expect(target.received).toHaveLength(1))
  return target.received[0] as Received
}

function named(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.filter((span) => span.name === name)
  expect(found, name).toHaveLength(1)
  return found[0] as ReceivedSpan
}

/** Ends the scene, which sends what is waiting. */
async function spansAfter(scene: ApiScene, otlp: OtlpReceiver): Promise<readonly ReceivedSpan[]> {
  await scene.end()
  await otlp.close()
  return otlp.spans
}

test('one trace leads from the producer over the decision to the webhook', async () => {
  const otlp = await otlpReceiver()
  const scene = await tracedScene({'telemetry.exporter': 'otlp', 'telemetry.endpoint': otlp.endpoint})
  const arrived = await alertedPayment(scene, '01')
  const alertId = await scene.alertOn('t1')
  const spans = await spansAfter(scene, otlp)

  const request = named(spans, 'POST /v1/events/:stream')
  const decide = named(spans, 'decide')
  const webhook = named(spans, 'webhook')
  expect([request.traceId, decide.traceId, webhook.traceId]).toEqual([TRACE, TRACE, TRACE])
  expect([request.parentSpanId, decide.parentSpanId, webhook.parentSpanId]).toEqual([
    PRODUCER,
    request.spanId,
    decide.spanId,
  ])
  expect(decide.attributes).toMatchObject({
    'tripline.alert.id': alertId,
    'tripline.rule': 'large',
    'tripline.alert.severity': 'high',
  })
  expect(webhook.attributes).toMatchObject({'http.response.status_code': 204})
  expect(arrived.headers.traceparent).toBe(`00-${TRACE}-${webhook.spanId}-01`)
  expect(JSON.parse(arrived.body).traceparent).toBe(`00-${TRACE}-${decide.spanId}-01`)
})

test('a batch is a span of its own, with links to the sampled events that it holds', async () => {
  const otlp = await otlpReceiver()
  const settings = {'telemetry.exporter': 'otlp', 'telemetry.endpoint': otlp.endpoint, 'telemetry.sample': 1}
  const scene = await tracedScene(settings)
  await alertedPayment(scene, '01')
  const spans = await spansAfter(scene, otlp)
  const request = named(spans, 'POST /v1/events/:stream')
  const batch = named(spans, 'batch')
  expect(batch.traceId).not.toBe(TRACE)
  expect(batch.links).toEqual([`${TRACE}/${request.spanId}`])
  expect(batch.attributes).toMatchObject({
    'tripline.records': 1,
    'tripline.accepted': 1,
    'tripline.alerts': 1,
  })
  expect(named(spans, 'decide').links).toEqual([`${batch.traceId}/${batch.spanId}`])
})

test('an alert is always traced, also where its producer and the share of samples say no', async () => {
  const otlp = await otlpReceiver()
  const scene = await tracedScene({'telemetry.exporter': 'otlp', 'telemetry.endpoint': otlp.endpoint})
  const arrived = await alertedPayment(scene, '00')
  const spans = await spansAfter(scene, otlp)
  expect(spans.map(({name, traceId}) => `${name} ${traceId}`).sort()).toEqual([
    `decide ${TRACE}`,
    `webhook ${TRACE}`,
  ])
  expect(arrived.headers.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
})

test('an alert of an event without a trace begins one', async () => {
  const otlp = await otlpReceiver()
  const scene = await tracedScene({'telemetry.exporter': 'otlp', 'telemetry.endpoint': otlp.endpoint})
  const target = await receiver()
  await scene.ask('POST /v1/webhooks', {as: 'lea', body: {url: target.url}})
  await scene.send({transaction_id: 't1', user_id: 'u1', amount: 2000})
  await vi.waitFor(() => expect(target.received).toHaveLength(1))
  const spans = await spansAfter(scene, otlp)
  expect(spans.map(({name}) => name).sort()).toEqual(['decide', 'webhook'])
  expect(named(spans, 'webhook').parentSpanId).toBe(named(spans, 'decide').spanId)
})

test('a message that waits over a restart stays in its trace', async () => {
  const otlp = await otlpReceiver()
  const scene = await tracedScene({'telemetry.exporter': 'otlp', 'telemetry.endpoint': otlp.endpoint})
  const target = await receiver((response) => void response.writeHead(500).end())
  const {body: webhook} = await scene.ask('POST /v1/webhooks', {as: 'lea', body: {url: target.url}})
  const traceparent = `00-${TRACE}-${PRODUCER}-01`
  const body = {transaction_id: 't1', user_id: 'u1', amount: 2000, event_time: Date.now()}
  await scene.ask('POST /v1/events/transactions', {as: 'shop', body, headers: {traceparent}})
  await vi.waitFor(() => expect(target.received).toHaveLength(1))
  await scene.restart()
  const id = `${await scene.alertOn('t1')}:0`
  await scene.ask(`POST /v1/webhooks/${webhook.id}/deliveries/${id}/retry`, {as: 'lea'})
  await vi.waitFor(() => expect(target.received).toHaveLength(2))
  const spans = await spansAfter(scene, otlp)
  const attempts = spans.filter(({name}) => name === 'webhook')
  expect(attempts.map(({traceId}) => traceId)).toEqual([TRACE, TRACE])
  expect(new Set(attempts.map(({parentSpanId}) => parentSpanId)).size).toBe(1)
})

test('what a trace tells holds no personal fields, headers or keys', async () => {
  const otlp = await otlpReceiver()
  const settings = {'telemetry.exporter': 'otlp', 'telemetry.endpoint': otlp.endpoint, 'telemetry.sample': 1}
  const scene = await tracedScene(settings)
  await alertedPayment(scene, '01')
  await scene.ask('GET /v1/alerts?user=secret-user', {as: 'ana'})
  await scene.ask('GET /health/live')
  const spans = await spansAfter(scene, otlp)
  expect(spans.length).toBeGreaterThan(4)
  expect(otlp.text()).not.toMatch(/secret-user|203\.0\.113\.77|Bearer|whsec_|health/)
  for (const key of Object.values(scene.keys)) expect(otlp.text()).not.toContain(key)
})

test('a traceparent that is none begins a new trace and harms nothing', async () => {
  const otlp = await otlpReceiver()
  const settings = {'telemetry.exporter': 'otlp', 'telemetry.endpoint': otlp.endpoint, 'telemetry.sample': 1}
  const scene = await tracedScene(settings)
  for (const traceparent of [`00-${'0'.repeat(32)}-${PRODUCER}-01`, 'nonsense', `ff-${TRACE}-${PRODUCER}-01`])
    await scene.ask('GET /v1/alerts', {as: 'ana', headers: {traceparent}})
  const spans = await spansAfter(scene, otlp)
  expect(spans.map(({parentSpanId}) => parentSpanId)).toEqual([undefined, undefined, undefined])
  expect(spans.map(({traceId}) => traceId)).not.toContain(TRACE)
})

test('nothing listens where traces should go: the service works and stops all the same', async () => {
  const endpoint = 'http://127.0.0.1:9/v1/traces'
  const scene = await tracedScene({'telemetry.exporter': 'otlp', 'telemetry.endpoint': endpoint})
  await alertedPayment(scene, '01')
  await scene.end()
})

test('without an exporter nothing is traced, and no traceparent is sent on', async () => {
  const scene = await tracedScene({})
  const arrived = await alertedPayment(scene, '01')
  expect(scene.service.parts.tracing).toBeUndefined()
  expect(arrived.headers.traceparent).toBeUndefined()
  expect(JSON.parse(arrived.body)).not.toHaveProperty('traceparent')
  await scene.end()
})

/** Thrift holds texts as they are, and trace ids as two numbers. */
function expectSpans(sent: Buffer): void {
  for (const text of ['tripline', 'decide', 'webhook', 'POST /v1/events/:stream', 'tripline.alert.id'])
    expect(sent.includes(text), text).toBe(true)
  expect(sent.includes(Buffer.from(TRACE.slice(16), 'hex'))).toBe(true)
  expect(sent.includes('secret-user')).toBe(false)
}

test('the same through the exporter of Jaeger, over HTTP', async () => {
  const bodies: Buffer[] = []
  const server = createServer(async (request, response) => {
    for await (const chunk of request) bodies.push(chunk as Buffer)
    expect(request.headers['content-type']).toBe('application/x-thrift')
    response.writeHead(202).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const {port} = server.address() as AddressInfo
  const endpoint = `http://127.0.0.1:${port}/api/traces`
  const scene = await tracedScene({'telemetry.exporter': 'jaeger', 'telemetry.endpoint': endpoint})
  await alertedPayment(scene, '01')
  await scene.end()
  expectSpans(Buffer.concat(bodies))
})

test('the same through the exporter of Jaeger, by datagrams', async () => {
  const datagrams: Buffer[] = []
  const socket = createSocket('udp4', (datagram) => void datagrams.push(datagram))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  const endpoint = `udp://127.0.0.1:${socket.address().port}`
  const scene = await tracedScene({'telemetry.exporter': 'jaeger', 'telemetry.endpoint': endpoint})
  await alertedPayment(scene, '01')
  await scene.end()
  await vi.waitFor(() => expectSpans(Buffer.concat(datagrams)))
})
