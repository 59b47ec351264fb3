import {HTTP} from 'cloudevents'
import {Webhook} from 'standardwebhooks'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {
  deliveriesAnswerSchema,
  deliveryAnswerSchema,
  webhookAnswerSchema,
  webhookSecretAnswerSchema,
  webhooksAnswerSchema,
} from '../../src/adapters/http/webhook-schemas.js'
import {answer, type Received, receiver, SILENCE} from '../support/webhook/receiver.js'
import {ApiScene} from './support/api-scene.js'

let scene: ApiScene

beforeEach(async () => {
  scene = await ApiScene.begin({settings: {'webhooks.allow_http_loopback': true}})
})
afterEach(() => scene.end())

const create = async (body: object) =>
  webhookSecretAnswerSchema.parse((await scene.ask('POST /v1/webhooks', {as: 'lea', body})).body)

const arrivals = (received: readonly Received[], count: number) =>
  vi.waitFor(() => expect(received).toHaveLength(count), 5000)

test('an alert reaches a subscriber as a signed CloudEvent', async () => {
  const target = await receiver()
  const {id, secret} = await create({url: target.url})
  await scene.send({transaction_id: 't1', user_id: 'u1', amount: 2000})
  await arrivals(target.received, 1)
  const [{headers, body}] = target.received as [Received]
  const alertId = await scene.alertOn('t1')
  expect(new Webhook(secret).verify(body, headers)).toMatchObject({
    id: `${alertId}:0`,
    source: 'urn:tripline:default',
    type: 'alert.opened',
    data: {alert_id: alertId, anchor: {stream: 'transactions', id: 't1'}},
  })
  expect(HTTP.toEvent({headers: {...headers}, body})).toMatchObject({id: `${alertId}:0`})
  const list = await vi.waitFor(async () => {
    const {body: page} = await scene.ask(`GET /v1/webhooks/${id}/deliveries?status=delivered`, {as: 'ana'})
    expect(page.items).toHaveLength(1)
    return deliveriesAnswerSchema.parse(page)
  })
  expect(list.items).toMatchObject([{id: `${alertId}:0`, tries: 1, due_at: null, attempts: [{status: 204}]}])
})

test('an alert that is amended or retracted by what arrives late is told again, under its next revision', async () => {
  const target = await receiver()
  await create({url: target.url, filter: {rule: ['far-away']}})
  await scene.send({transaction_id: 't1', user_id: 'u1', amount: 500})
  const body = [{user_id: 'u1', lat: -35, lon: 150, event_time: Date.now()}]
  await scene.ask('POST /v1/events/locations', {as: 'shop', body})
  await arrivals(target.received, 1)
  expect(JSON.parse((target.received[0] as Received).body)).toMatchObject({
    type: 'alert.opened',
    data: {late: true},
  })
})

describe('subscriptions', () => {
  test('are created with defaults, listed, changed and removed; the secret is told once', async () => {
    const {status, headers, body} = await scene.ask('POST /v1/webhooks', {
      as: 'lea',
      body: {url: 'http://LOCALHOST:9/hook'},
    })
    const {secret, ...created} = webhookSecretAnswerSchema.parse(body)
    expect([status, headers.get('location')]).toEqual([201, `/v1/webhooks/${created.id}`])
    expect(secret).toMatch(/^whsec_/)
    expect(created).toMatchObject({
      url: 'http://localhost:9/hook',
      event_types: ['alert.opened', 'alert.amended', 'alert.retracted'],
      filter: {severity: [], rule: []},
      enabled: true,
      disabled_because: null,
      secrets: [{expires_at: null}],
    })

    const one = `/v1/webhooks/${created.id}`
    expect((await scene.ask(`GET ${one}`, {as: 'ana'})).body).toEqual(created)
    expect(webhooksAnswerSchema.parse((await scene.ask('GET /v1/webhooks', {as: 'ana'})).body).items).toEqual(
      [created],
    )

    const change = {filter: {severity: ['critical']}, event_types: ['alert.opened'], enabled: false}
    const changed = await scene.ask(`PATCH ${one}`, {as: 'lea', body: change})
    expect(webhookAnswerSchema.parse(changed.body)).toEqual({
      ...created,
      ...change,
      filter: {severity: ['critical'], rule: []},
    })

    expect((await scene.ask(`DELETE ${one}`, {as: 'lea'})).status).toBe(204)
    for (const route of [`GET ${one}`, `DELETE ${one}`, `POST ${one}/test`, `GET ${one}/deliveries`])
      expect((await scene.ask(route, {as: 'lea'})).body.code).toBe('unknown_webhook')
  })

  test('outlive a restart', async () => {
    const target = await receiver()
    const {id} = await create({url: target.url, filter: {severity: ['critical']}})
    await scene.restart()
    expect((await scene.ask(`GET /v1/webhooks/${id}`, {as: 'ana'})).body.filter.severity).toEqual([
      'critical',
    ])
    await scene.send({transaction_id: 't1', user_id: 'u1', amount: 20_000})
    await arrivals(target.received, 1)
    expect(JSON.parse((target.received[0] as Received).body).data.rule.id).toBe('huge')
  })

  test.each([
    [{}, 'bad_request'],
    [{url: 'https://receiver.example/', colour: 'red'}, 'bad_request'],
    [{url: 'https://receiver.example/', event_types: []}, 'bad_request'],
    [{url: 'https://receiver.example/', event_types: ['alert.closed']}, 'bad_request'],
    [{url: 'https://receiver.example/', filter: {severity: ['terrible']}}, 'bad_request'],
    [{url: 'https://receiver.example/', filter: {user: ['u1']}}, 'bad_request'],
    [{url: 'https://receiver.example/', id: 'mine', secrets: []}, 'bad_request'],
    ['{"url":', 'bad_json'],
    [{url: 'http://receiver.example/'}, 'webhook_refused'],
    [{url: 'https://10.0.0.1/'}, 'webhook_refused'],
    [{url: 'https://[::ffff:127.0.0.1]/'}, 'webhook_refused'],
    [{url: 'https://me:pw@receiver.example/'}, 'webhook_refused'],
    [{url: 'https://does-not-exist.invalid/'}, 'webhook_refused'],
    [{url: 'nonsense'}, 'webhook_refused'],
  ])('%j is refused as %s', async (body, code) => {
    const refused = await scene.ask('POST /v1/webhooks', {as: 'lea', body})
    expect(refused.body).toMatchObject({code})
    expect(JSON.stringify(refused.body)).not.toContain('pw')
    expect((await scene.ask('GET /v1/webhooks', {as: 'lea'})).body.items).toEqual([])
  })

  test('changes are on the audit trail, with who made them and without secrets', async () => {
    const target = await receiver(answer(500))
    const {id, secret} = await create({url: target.url})
    await scene.ask(`PATCH /v1/webhooks/${id}`, {as: 'leo', body: {filter: {rule: ['huge']}}})
    const {body: rotated} = await scene.ask(`POST /v1/webhooks/${id}/rotate-secret`, {as: 'lea'})
    await scene.ask(`DELETE /v1/webhooks/${id}`, {as: 'adam'})
    const {items} = (await scene.ask('GET /v1/audit', {as: 'adam'})).body
    expect(items.reverse()).toMatchObject([
      {action: 'webhook.create', actor: {name: 'lea'}, subject: {type: 'webhook', id}, before: null},
      {action: 'webhook.update', actor: {name: 'leo'}, after: {filter: {rule: ['huge']}}},
      {action: 'webhook.rotate_secret', actor: {name: 'lea'}},
      {action: 'webhook.remove', actor: {name: 'adam'}, after: null},
    ])
    for (const told of [secret, rotated.secret]) expect(JSON.stringify(items)).not.toContain(told)
    expect(scene.logged.join('')).not.toContain(secret)
  })
})

test('a secret is rotated: both sign for a day, or as long as was asked for', async () => {
  const target = await receiver()
  const {id, secret: old} = await create({url: target.url})
  const route = `POST /v1/webhooks/${id}/rotate-secret`
  const before = Date.now()
  const {secret, secrets} = webhookSecretAnswerSchema.parse((await scene.ask(route, {as: 'lea'})).body)
  expect(secrets).toEqual([{expires_at: null}, {expires_at: expect.any(String)}])
  const lasts = Date.parse(secrets[1]?.expires_at as string) - before
  expect(lasts).toBeGreaterThanOrEqual(24 * 3_600_000)
  expect(lasts).toBeLessThan(24 * 3_600_000 + 10_000)
  await scene.ask(`POST /v1/webhooks/${id}/test`, {as: 'lea'})
  const [{headers, body}] = target.received as [Received]
  for (const each of [old, secret]) new Webhook(each).verify(body, headers)

  // At once, for a secret that got about.
  const atOnce = await scene.ask(route, {as: 'lea', body: {overlap: '0s'}})
  expect(atOnce.body.secrets).toEqual([{expires_at: null}])
  expect((await scene.ask(route, {as: 'lea', body: {overlap: '31d'}})).body.code).toBe('bad_request')
})

test('a test message says what came of it', async () => {
  const target = await receiver()
  const {id} = await create({url: target.url})
  const ask = async () => (await scene.ask(`POST /v1/webhooks/${id}/test`, {as: 'lea'})).body
  expect(deliveryAnswerSchema.parse(await ask())).toMatchObject({
    type: 'webhook.test',
    status: 'delivered',
    attempts: [{status: 204, error: null}],
  })
  target.behave = answer(302, {location: 'http://169.254.169.254/'})
  expect(await ask()).toMatchObject({status: 'dead', attempts: [{status: 302, error: 'redirect'}]})
})

test('what could not be delivered waits over a restart, and is sent at once when somebody asks', async () => {
  const target = await receiver(answer(503))
  const {id} = await create({url: target.url})
  await scene.send({transaction_id: 't1', user_id: 'u1', amount: 2000})
  await arrivals(target.received, 1)
  await scene.restart()
  const list = `GET /v1/webhooks/${id}/deliveries`
  const [waiting] = (await scene.ask(list, {as: 'ana'})).body.items
  expect(waiting).toMatchObject({
    status: 'pending',
    tries: 1,
    attempts: [{status: 503, error: 'http_status'}],
  })

  target.behave = (response) => void response.writeHead(200).end()
  const retry = `POST /v1/webhooks/${id}/deliveries/${waiting.id}/retry`
  expect((await scene.ask(retry, {as: 'ana'})).status).toBe(403)
  expect((await scene.ask(retry, {as: 'lea'})).status).toBe(202)
  await arrivals(target.received, 2)
  const [first, second] = target.received as [Received, Received]
  expect([second.headers['webhook-id'], second.body]).toEqual([first.headers['webhook-id'], first.body])
  const unknown = await scene.ask(`POST /v1/webhooks/${id}/deliveries/other/retry`, {as: 'lea'})
  expect(unknown.body.code).toBe('unknown_delivery')
  const cursor = await scene.ask(`${list}?cursor=nonsense`, {as: 'ana'})
  expect(cursor.body.code).toBe('invalid_cursor')
})

test('a receiver that never answers slows neither decisions nor the other receivers', async () => {
  const [slow, quick] = [await receiver(SILENCE), await receiver()]
  await create({url: slow.url})
  await create({url: quick.url})
  const transactions = Array.from({length: 100}, (_, i) => ({
    transaction_id: `t${i}`,
    user_id: `u${i}`,
    amount: 2000,
  }))
  const begun = performance.now()
  await scene.send(...transactions)
  expect(performance.now() - begun).toBeLessThan(5000)
  await arrivals(quick.received, 100)
  await slow.close()
})
