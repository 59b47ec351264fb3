import {CloudEvent, HTTP} from 'cloudevents'
import {Webhook} from 'standardwebhooks'
import {describe, expect, test, vi} from 'vitest'
import {alertRecord} from '../../../conformance/samples.js'
import {type Received, receiver} from '../../../support/webhook/receiver.js'
import {LEA, webhookRun} from '../../../support/webhook/webhook-run.js'

const HOUR_MS = 3_600_000

function verifies(secret: string, {body, headers}: Received): boolean {
  try {
    new Webhook(secret).verify(body, headers)
    return true
  } catch {
    return false
  }
}

/** Publishes one alert more, and gives what arrived. */
async function exchange(secretOf: (run: ReturnType<typeof webhookRun>, id: string) => Promise<string[]>) {
  const run = webhookRun()
  const target = await receiver()
  const {id, secret} = await run.subscribe(target.url)
  const secrets = [secret, ...(await secretOf(run, id))]
  await run.publish(alertRecord('a1'))
  await vi.waitFor(() => expect(target.received).toHaveLength(1))
  return {secrets, received: target.received[0] as Received, run, target, id}
}

test('a message is an alert as a CloudEvent, under a constant id, and signed', async () => {
  const {secrets, received} = await exchange(async () => [])
  expect(received.headers).toMatchObject({
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'webhook-id': 'a1:0',
  })
  expect(new Webhook(secrets[0] as string).verify(received.body, received.headers)).toMatchObject({
    specversion: '1.0',
    id: 'a1:0',
    source: 'urn:tripline:test',
    type: 'alert.opened',
    subject: 'a1',
    time: alertRecord('a1').detected_at,
    datacontenttype: 'application/json',
    data: alertRecord('a1'),
  })
})

test('the cloudevents package reads it as a valid event in structured mode', async () => {
  const {received} = await exchange(async () => [])
  const event = HTTP.toEvent({headers: {...received.headers}, body: received.body})
  expect(event).toBeInstanceOf(CloudEvent)
  const single = event as CloudEvent<unknown>
  expect(single.validate()).toBe(true)
  expect(single).toMatchObject({id: 'a1:0', type: 'alert.opened', data: {alert_id: 'a1', revision: 0}})
})

test('an altered message, another id and another secret are found out by whoever verifies', async () => {
  const {secrets, received, run} = await exchange(async () => [])
  const [secret] = secrets as [string]
  const other = await run.subscribe('http://127.0.0.1:9/')
  expect(verifies(secret, received)).toBe(true)
  expect(verifies(other.secret, received)).toBe(false)
  expect(verifies(secret, {...received, body: received.body.replace('high', 'low')})).toBe(false)
  const otherId = {...received.headers, 'webhook-id': 'a1:1'}
  expect(verifies(secret, {...received, headers: otherId})).toBe(false)
})

test('a message that is replayed much later is too old', async () => {
  const {secrets, received} = await exchange(async () => [])
  vi.useFakeTimers({now: Date.now() + 6 * 60_000, toFake: ['Date']})
  expect(verifies(secrets[0] as string, received)).toBe(false)
  vi.useRealTimers()
})

describe('secrets', () => {
  test('a secret is whsec_ and 24 to 64 bytes in base64', async () => {
    const {secrets} = await exchange(async () => [])
    const [, encoded] = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(secrets[0] as string) as unknown as [string, string]
    expect(Buffer.from(encoded, 'base64').length).toBeGreaterThanOrEqual(24)
    expect(Buffer.from(encoded, 'base64').length).toBeLessThanOrEqual(64)
  })

  test('while a secret rotates, both the old and the new one verify', async () => {
    const {secrets, received} = await exchange(async ({webhooks}, id) => [
      (await webhooks.rotateSecret(LEA, id, HOUR_MS))?.secret as string,
    ])
    expect(received.headers['webhook-signature']?.split(' ')).toHaveLength(2)
    expect(secrets.map((secret) => verifies(secret, received))).toEqual([true, true])
  })

  test('when the overlap is over, only the new one does', async () => {
    const {secrets, received} = await exchange(async ({webhooks, time}, id) => {
      const rotated = await webhooks.rotateSecret(LEA, id, 60_000)
      time.advance(60_000)
      return [rotated?.secret as string]
    })
    expect(secrets.map((secret) => verifies(secret, received))).toEqual([false, true])
  })

  test('rotated at once, or twice, there are never more than two', async () => {
    const {secrets, received} = await exchange(async ({webhooks}, id) => {
      const first = await webhooks.rotateSecret(LEA, id, HOUR_MS)
      const second = await webhooks.rotateSecret(LEA, id, HOUR_MS)
      return [first?.secret as string, second?.secret as string]
    })
    expect(secrets.map((secret) => verifies(secret, received))).toEqual([false, true, true])
    const atOnce = await exchange(async ({webhooks}, id) => [
      (await webhooks.rotateSecret(LEA, id, 0))?.secret as string,
    ])
    expect(atOnce.secrets.map((secret) => verifies(secret, atOnce.received))).toEqual([false, true])
  })
})

describe('who is told what', () => {
  const [low, high] = [alertRecord('a1', {severity: 'low'}), alertRecord('a2', {severity: 'high'})]
  const otherRule = alertRecord('a3', {rule: {id: 'other', version: 1}, severity: 'high'})
  const retracted = alertRecord('a4', {type: 'alert.retracted', revision: 1, severity: 'high'})
  const shadow = alertRecord('a5', {mode: 'shadow', severity: 'high'})

  test.each([
    ['all', {}, ['a1:0', 'a2:0', 'a3:0', 'a4:1']],
    ['types', {eventTypes: ['alert.retracted'] as const}, ['a4:1']],
    ['severities', {severities: ['low', 'critical'] as const}, ['a1:0']],
    ['rules', {rules: ['other']}, ['a3:0']],
    ['both', {rules: [high.rule.id], severities: ['high'] as const}, ['a2:0', 'a4:1']],
    ['disabled', {enabled: false}, []],
  ])('%s', async (_, choice, expected) => {
    const run = webhookRun()
    const target = await receiver()
    const {id} = await run.subscribe(target.url, choice)
    await run.publish(low, high, otherRule, retracted, shadow)
    await vi.waitFor(() => expect(target.received).toHaveLength(expected.length))
    const {items} = await run.store.deliveries(id, undefined, 100, undefined)
    expect(items.map((delivery) => delivery.id).sort()).toEqual(expected)
  })
})

test('a test message is sent once, logged, and says what came of it', async () => {
  const run = webhookRun()
  const target = await receiver()
  const {id, secret} = await run.subscribe(target.url)
  const done = await run.webhooks.test(LEA, id)
  expect(done).toMatchObject({
    type: 'webhook.test',
    status: 'delivered',
    attempts: [{status: 204, error: null}],
  })
  const [received] = target.received as [Received]
  expect(verifies(secret, received)).toBe(true)
  expect(HTTP.toEvent({headers: {...received.headers}, body: received.body})).toMatchObject({
    type: 'webhook.test',
  })
  target.behave = (response) => void response.writeHead(500).end()
  expect(await run.webhooks.test(LEA, id)).toMatchObject({
    status: 'dead',
    dueAt: null,
    attempts: [{status: 500}],
  })
  run.time.advance(48 * HOUR_MS)
  expect((await run.store.deliveries(id, undefined, 10, undefined)).items).toHaveLength(2)
  expect(target.received).toHaveLength(2)
  expect(await run.webhooks.test(LEA, 'wh_unknown')).toBeUndefined()
})
