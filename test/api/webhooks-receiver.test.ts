import {spawn} from 'node:child_process'
import {join} from 'node:path'
import {expect, onTestFinished, test, vi} from 'vitest'
import {PROJECT} from '../support/process/built-program.js'
import {textOf} from '../support/process/tripline.js'
import {type Received, receiver} from '../support/webhook/receiver.js'
import {ApiScene} from './support/api-scene.js'

test('the receiver of the documentation takes what is sent, once, and refuses what was not', async () => {
  const scene = await ApiScene.begin({settings: {'webhooks.allow_http_loopback': true}})
  onTestFinished(() => scene.end())
  // Shows what is sent, to send it again in other ways.
  const mirror = await receiver()
  const {body: webhook} = await scene.ask('POST /v1/webhooks', {as: 'lea', body: {url: mirror.url}})

  const child = spawn(process.execPath, [join(PROJECT, 'docs/webhook-receiver.mjs')], {
    env: {...process.env, WEBHOOK_SECRET: webhook.secret, PORT: '0'},
  })
  onTestFinished(() => void child.kill())
  const said = textOf(child.stdout)
  const port = await vi.waitFor(() => {
    const [, found] = /port (\d+)/.exec(said()) ?? []
    expect(found).toBeDefined()
    return found
  }, 5000)
  const url = `http://127.0.0.1:${port}/`

  const change = {url, filter: {severity: ['critical']}}
  await scene.ask(`PATCH /v1/webhooks/${webhook.id}`, {as: 'lea', body: change})
  await scene.send({transaction_id: 't1', user_id: 'u1', amount: 20_000})
  await vi.waitFor(() => expect(said()).toContain('alert.opened'), 5000)
  const test = await scene.ask(`POST /v1/webhooks/${webhook.id}/test`, {as: 'lea'})
  expect(test.body.status).toBe('delivered')

  await scene.ask(`PATCH /v1/webhooks/${webhook.id}`, {as: 'lea', body: {url: mirror.url}})
  await scene.send({transaction_id: 't2', user_id: 'u2', amount: 20_000})
  await vi.waitFor(() => expect(mirror.received).toHaveLength(1))
  const [{headers, body}] = mirror.received as [Received]
  const resend = async (changes: {[name: string]: string}, text = body): Promise<number> => {
    const own = Object.entries(headers).filter(([name]) => name.startsWith('webhook-'))
    const sent = {...Object.fromEntries(own), ...changes}
    return (await fetch(url, {method: 'POST', headers: sent, body: text})).status
  }
  expect(await resend({})).toBe(204)
  expect(await resend({})).toBe(204)
  expect(await resend({'webhook-signature': `v1,AAAA ${headers['webhook-signature']}`})).toBe(204)
  expect(await resend({}, body.replace('critical', 'low'))).toBe(401)
  expect(await resend({'webhook-id': 'other:0'})).toBe(401)
  expect(await resend({'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 400)})).toBe(401)
  expect(await resend({'webhook-signature': ''})).toBe(401)
  expect(said().match(/alert\.opened/g)).toHaveLength(2)
})
