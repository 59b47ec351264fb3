import {describe, expect, test, vi} from 'vitest'
import {RETRY_DELAYS} from '../../../../src/adapters/webhook/retry-schedule.js'
import {alertRecord} from '../../../conformance/samples.js'
import {RECEIVER_CERTIFICATE} from '../../../support/webhook/certificate.js'
import {receiver} from '../../../support/webhook/receiver.js'
import {LEA, webhookRun} from '../../../support/webhook/webhook-run.js'

const STRICT = {allowHttpLoopback: false}

test('a name that leads elsewhere after it was registered is not connected to', async () => {
  const target = await receiver(undefined, {tls: true})
  const answers = [['1.1.1.1'], ['127.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['::ffff:127.0.0.1']]
  const run = webhookRun({policy: STRICT, resolve: async () => answers.shift() ?? []})
  const {id} = await run.subscribe(target.url)
  await run.publish(alertRecord('a1'))
  const errors = [...Array(3).fill('target_refused'), 'name_not_resolved']
  for (const [i, delay] of RETRY_DELAYS.slice(0, errors.length).entries()) {
    const {attempts} = await run.delivery(id, 'a1:0', ({tries}) => tries === i + 1)
    expect(attempts.map(({error}) => error)).toEqual(errors.slice(0, i + 1))
    run.time.advance(delay)
  }
  expect(target.connections).toBe(0)
})

test('the address that was checked is the one that is connected to: names are not resolved twice', async () => {
  const target = await receiver(undefined, {tls: true})
  const resolve = vi.fn(async () => ['127.0.0.1'])
  const run = webhookRun({resolve, ca: RECEIVER_CERTIFICATE})
  const {id} = await run.subscribe(target.url)
  resolve.mockClear()
  await run.publish(alertRecord('a1'))
  await run.delivery(id, 'a1:0', ({status}) => status === 'delivered')
  expect(resolve).toHaveBeenCalledTimes(1)
  expect(target.received[0]?.headers.host).toBe(`receiver.test:${target.port}`)
})

describe('certificates', () => {
  test.each([
    ['of nobody who is trusted', 'receiver.test', undefined],
    ['for another name', 'other.test', RECEIVER_CERTIFICATE],
  ])('one %s is refused', async (_, name, ca) => {
    const target = await receiver(undefined, {tls: true})
    const run = webhookRun({ca})
    const {id} = await run.subscribe(target.url.replace('receiver.test', name))
    await run.publish(alertRecord('a1'))
    const delivery = await run.delivery(id, 'a1:0', ({tries}) => tries === 1)
    expect(delivery.attempts).toMatchObject([{error: 'tls_failed', status: null}])
    expect(target.received).toEqual([])
  })
})

test('without the setting, what was registered with it is not sent to any more', async () => {
  const target = await receiver()
  const run = webhookRun()
  const {id} = await run.subscribe(target.url)
  const strict = webhookRun({policy: STRICT, store: run.store})
  await strict.publish(alertRecord('a1'))
  const delivery = await run.delivery(id, 'a1:0', ({tries}) => tries === 1)
  expect(delivery.attempts).toMatchObject([{error: 'target_refused'}])
  expect(target.connections).toBe(0)
})

test('an address without a name is refused at the connection too', async () => {
  const run = webhookRun({policy: STRICT})
  const target = await receiver()
  const {id} = await run.subscribe('https://1.1.1.1/')
  await run.store.changeSubscription(id, (before) => ({...before, url: `https://2130706433:${target.port}/`}))
  await run.publish(alertRecord('a1'))
  const delivery = await run.delivery(id, 'a1:0', ({tries}) => tries === 1)
  expect(delivery.attempts).toMatchObject([{error: 'target_refused'}])
  expect(target.connections).toBe(0)
})

test('a name that leads to a private network cannot be registered, nor changed to', async () => {
  const run = webhookRun({
    policy: STRICT,
    resolve: async (name) => [name.startsWith('in') ? '10.0.0.1' : '1.1.1.1'],
  })
  await expect(run.subscribe('https://inside.example/')).rejects.toThrow(/public/)
  const {id} = await run.subscribe('https://outside.example/')
  await expect(run.webhooks.update(LEA, id, {url: 'https://inside.example/'})).rejects.toThrow(/public/)
  expect((await run.webhooks.get(id))?.url).toBe('https://outside.example/')
})
