import {Webhook} from 'standardwebhooks'
import {describe, expect, test, vi} from 'vitest'
import {RETRY_DELAYS} from '../../../../src/adapters/webhook/retry-schedule.js'
import {alertRecord} from '../../../conformance/samples.js'
import {
  ACCEPT,
  answer,
  type Behaviour,
  BREAK_OFF,
  receiver,
  SILENCE,
} from '../../../support/webhook/receiver.js'
import {alerts, LEA, webhookRun} from '../../../support/webhook/webhook-run.js'

const HOUR_MS = 3_600_000
const SHORT_MS = 200

/** Sends one alert to a receiver that behaves like this, and gives the delivery after its first attempt. */
async function firstAttempt(behave: Behaviour, timeoutMs = 15_000) {
  const run = webhookRun({timeoutMs})
  const target = await receiver(behave)
  const {id, secret} = await run.subscribe(target.url)
  await run.publish(alertRecord('a1'))
  const delivery = await run.delivery(id, 'a1:0', ({attempts}) => attempts.length === 1)
  return {run, target, id, secret, delivery}
}

const FAILURES: {readonly [name: string]: readonly [Behaviour, error: string, status: number | null]} = {
  'answers 500': [answer(500), 'http_status', 500],
  'answers 400': [answer(400), 'http_status', 400],
  'answers 404': [answer(404), 'http_status', 404],
  'is silent': [SILENCE, 'timeout', null],
  'sends headers that never end': [
    (response) => void response.socket?.write('HTTP/1.1 200 OK\r\n'),
    'timeout',
    null,
  ],
  'breaks off after it has the message': [BREAK_OFF, 'connection_failed', null],
  'answers what is not HTTP': [
    (response) => void response.socket?.end('220 mail.example ESMTP\r\n'),
    'connection_failed',
    null,
  ],
  'answers 301': [answer(301, {location: 'https://receiver.example/'}), 'redirect', 301],
  'answers 302': [answer(302, {location: 'http://169.254.169.254/'}), 'redirect', 302],
  'answers 304': [answer(304), 'redirect', 304],
  'answers 307': [answer(307, {location: '/elsewhere'}), 'redirect', 307],
  'answers 308': [answer(308, {location: '/elsewhere'}), 'redirect', 308],
}

describe('a receiver that fails is tried again', () => {
  test.each(Object.entries(FAILURES))('it %s', async (_, [behave, error, status]) => {
    const {run, target, id, secret, delivery} = await firstAttempt(behave, SHORT_MS)
    expect(delivery).toMatchObject({status: 'pending', tries: 1, attempts: [{error, status}]})
    expect((delivery.dueAt as number) - run.time.now()).toBe(5000)

    target.behave = ACCEPT
    run.time.advance(4999)
    expect(target.received).toHaveLength(1)
    run.time.advance(1)
    const delivered = await run.delivery(id, 'a1:0', ({status}) => status === 'delivered')
    expect(delivered).toMatchObject({dueAt: null, tries: 2, attempts: [{error}, {status: 204, error: null}]})

    const [first, second] = target.received as [(typeof target.received)[0], (typeof target.received)[0]]
    expect(target.received.map(({path}) => path)).toEqual(['/hook', '/hook'])
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(second.body).toBe(first.body)
    expect(Number(second.headers['webhook-timestamp'])).toBe(Number(first.headers['webhook-timestamp']) + 5)
    for (const {body, headers} of [first, second]) new Webhook(secret).verify(body, headers)
    expect(run.failures).toEqual([])
  })

  test('nobody listens', async () => {
    const run = webhookRun()
    const target = await receiver()
    await target.close()
    const {id} = await run.subscribe(target.url)
    await run.publish(alertRecord('a1'))
    const delivery = await run.delivery(id, 'a1:0', ({attempts}) => attempts.length === 1)
    expect(delivery).toMatchObject({status: 'pending', attempts: [{error: 'connection_failed'}]})
    const again = await receiver(ACCEPT, {port: target.port})
    run.time.advance(5000)
    await run.delivery(id, 'a1:0', ({status}) => status === 'delivered')
    expect(again.received).toHaveLength(1)
  })

  test('it accepts, but its answer never ends: the message counts as delivered', async () => {
    const endless: Behaviour = (response) => {
      response.writeHead(200)
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        response.once('drain', write)
      }
      write()
    }
    const {delivery} = await firstAttempt(endless)
    expect(delivery).toMatchObject({status: 'delivered', attempts: [{status: 200}]})
  })
})

test('after the tenth attempt a message is a dead letter, kept, and can be sent by hand', async () => {
  const {run, target, id} = await firstAttempt(answer(503))
  for (const [i, delay] of RETRY_DELAYS.entries()) {
    await run.delivery(id, 'a1:0', ({tries}) => tries === i + 1)
    run.time.advance(delay)
  }
  const dead = await run.delivery(id, 'a1:0', ({status}) => status === 'dead')
  expect(dead).toMatchObject({tries: 10, dueAt: null})
  expect(dead.attempts).toHaveLength(10)
  run.time.advance(48 * HOUR_MS)
  target.behave = ACCEPT
  expect((await run.webhooks.deliveries(id, 'dead', 10, undefined))?.items).toHaveLength(1)
  expect(await run.webhooks.retry(LEA, id, 'a1:0')).toMatchObject({status: 'pending', tries: 0})
  const delivered = await run.delivery(id, 'a1:0', ({status}) => status === 'delivered')
  expect(delivered).toMatchObject({tries: 1})
  expect(target.received).toHaveLength(11)
  expect(await run.webhooks.retry(LEA, id, 'a2:0')).toBeUndefined()
})

describe('Retry-After', () => {
  test.each([429, 503])('%i with Retry-After is not tried before, nor is anything else', async (status) => {
    const {run, target, id, delivery} = await firstAttempt(answer(status, {'retry-after': '120'}))
    expect((delivery.dueAt as number) - run.time.now()).toBe(120_000)
    target.behave = ACCEPT
    await run.publish(alertRecord('a2'))
    run.time.advance(119_999)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(target.received).toHaveLength(1)
    run.time.advance(1)
    await run.delivery(id, 'a1:0', (again) => again.status === 'delivered')
    await run.delivery(id, 'a2:0', (other) => other.status === 'delivered')
  })

  test('as a date', async () => {
    const run = webhookRun()
    const at = Math.ceil(run.time.now() / 1000) * 1000 + 90_000
    const target = await receiver(answer(503, {'retry-after': new Date(at).toUTCString()}))
    const {id} = await run.subscribe(target.url)
    await run.publish(alertRecord('a1'))
    expect((await run.delivery(id, 'a1:0', ({tries}) => tries === 1)).dueAt).toBe(at)
  })
})

test('410 disables the subscription; what waits goes on waiting until it is enabled again', async () => {
  const run = webhookRun()
  const target = await receiver(answer(500))
  const {id} = await run.subscribe(target.url)
  await run.publish(alertRecord('a1'))
  await run.delivery(id, 'a1:0', ({tries}) => tries === 1)
  target.behave = answer(410)
  await run.publish(alertRecord('a2'))
  expect(await run.delivery(id, 'a2:0', ({tries}) => tries === 1)).toMatchObject({status: 'dead'})
  expect(await run.webhooks.get(id)).toMatchObject({enabled: false, disabledBecause: 'gone'})
  await run.publish(alertRecord('a3'))
  run.time.advance(HOUR_MS)
  expect(await run.store.delivery(id, 'a3:0')).toBeUndefined()
  expect(target.received).toHaveLength(2)

  target.behave = ACCEPT
  expect(await run.webhooks.update(LEA, id, {enabled: true})).toMatchObject({disabledBecause: null})
  await run.delivery(id, 'a1:0', ({status}) => status === 'delivered')
})

test('a receiver that is silent holds up no other, and has no more than 8 requests at a time', async () => {
  const run = webhookRun()
  const [slow, quick] = [await receiver(SILENCE), await receiver()]
  const {id} = await run.subscribe(slow.url)
  await run.subscribe(quick.url)
  await run.publish(...alerts(200))
  await vi.waitFor(() => expect(quick.received).toHaveLength(200), 10_000)
  expect(slow.received).toHaveLength(8)
  expect(await run.store.pending(id)).toBe(200)
})

test('a receiver that fails 30 % and dies twice gets every alert at least once, others are not delayed', async () => {
  const run = webhookRun({timeoutMs: SHORT_MS})
  let requests = 0
  const flaky: Behaviour = (response, request) => {
    requests++
    const failing = [answer(500), BREAK_OFF, answer(429, {'retry-after': '1'})]
    if (requests % 10 < 3) (failing[requests % 10] as Behaviour)(response, request)
    else ACCEPT(response, request)
  }
  let target = await receiver(flaky)
  const other = await receiver()
  const {id, secret} = await run.subscribe(target.url)
  await run.subscribe(other.url)
  const wanted = alerts(150)
  const arrived = new Map<string, Set<string>>()
  const collect = (): void => {
    for (const {headers, body} of target.received) {
      const event = JSON.parse(body) as {id: string}
      expect(headers['webhook-id']).toBe(event.id)
      // Not verified: the test's time runs ahead.
      const sentAt = new Date(Number(headers['webhook-timestamp']) * 1000)
      expect(headers['webhook-signature']).toBe(new Webhook(secret).sign(event.id, sentAt, body))
      arrived.set(event.id, (arrived.get(event.id) ?? new Set()).add(body))
    }
    target.received.length = 0
  }
  const arrivedAtOther = () => new Set(other.received.map(({headers}) => headers['webhook-id'])).size
  for (const from of [0, 50, 100]) {
    await run.publish(...wanted.slice(from, from + 50))
    await vi.waitFor(() => expect(arrivedAtOther()).toBe(from + 50))
    await vi.waitFor(() => {
      run.time.advance(1000)
      expect(target.received.length).toBeGreaterThan(10)
    })
    collect()
    await target.close()
    collect()
    target = await receiver(flaky, {port: target.port})
  }
  await vi.waitFor(
    async () => {
      run.time.advance(60_000)
      expect(await run.store.pending(id)).toBe(0)
    },
    {timeout: 20_000, interval: 20},
  )
  collect()
  expect([...arrived.keys()].sort()).toEqual(wanted.map(({alert_id}) => `${alert_id}:0`).sort())
  for (const bodies of arrived.values()) expect(bodies.size).toBe(1)
  expect(run.failures).toEqual([])
})

describe('limits', () => {
  test('what finds the queue full is a dead letter at once, and can be sent by hand', async () => {
    const run = webhookRun({pendingLimit: 2})
    const target = await receiver(SILENCE)
    const {id} = await run.subscribe(target.url)
    await run.publish(...alerts(3))
    expect((await run.webhooks.deliveries(id, 'dead', 10, undefined))?.items).toMatchObject([
      {attempts: [{error: 'queue_full', status: null}]},
    ])
    expect(await run.store.pending(id)).toBe(2)
  })

  test('there are no more than 100 subscriptions', async () => {
    const run = webhookRun()
    for (let i = 0; i < 100; i++) await run.subscribe(`http://127.0.0.1:9/${i}`)
    await expect(run.subscribe('http://127.0.0.1:9/')).rejects.toThrow(/100/)
  })
})

test('a message is not sent to a subscription that was removed', async () => {
  const run = webhookRun()
  const target = await receiver(answer(500))
  const {id} = await run.subscribe(target.url)
  await run.publish(alertRecord('a1'))
  await run.delivery(id, 'a1:0', ({tries}) => tries === 1)
  expect(await run.webhooks.remove(LEA, id)).toBe(true)
  expect(await run.webhooks.remove(LEA, id)).toBe(false)
  await run.publish(alertRecord('a2'))
  run.time.advance(HOUR_MS)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(target.received).toHaveLength(1)
})

test('a crash of the store while an attempt is stored leads to another attempt', async () => {
  const run = webhookRun()
  const target = await receiver()
  const {id} = await run.subscribe(target.url)
  vi.spyOn(run.store, 'save').mockRejectedValueOnce(new Error('disk full'))
  await run.publish(alertRecord('a1'))
  await vi.waitFor(() => expect(run.failures).toMatchObject([{message: 'disk full'}]))
  expect(await run.store.delivery(id, 'a1:0')).toMatchObject({status: 'pending'})
  await vi.waitFor(async () => {
    run.time.advance(60_000)
    expect(await run.store.delivery(id, 'a1:0')).toMatchObject({status: 'delivered'})
  })
  expect(target.received).toHaveLength(2)
})
