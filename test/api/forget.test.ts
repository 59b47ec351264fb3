import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import {verifyState} from '../../src/app/state/verify-state.js'
import type {WallTime} from '../../src/core/event/time.js'
import {userDigest} from '../../src/core/forgetting/tombstone.js'
import {entriesHolding, filesHolding} from '../support/process/card-number-search.js'
import {answer, receiver} from '../support/webhook/receiver.js'
import {ApiScene} from './support/api-scene.js'

const USER = 'usr-7d1f93aa'

/** Everything about the user that could tell who it is; each goes a way of its own. */
const MARKS = {
  card: 'crd-51c0ffee',
  counterparty: 'cpt-0b5e55ed',
  address: '203.0.113.77',
  memo: 'memo-3c6ef372',
  note: 'note-a54ff53a',
  payment: 'pay-510e527f',
  conflict: 'con-9b05688c',
  broken: 'brk-1f83d9ab',
  late: 'lat-5be0cd19',
  verdict: 'ver-cbbb9d5d',
  amount: '4321.17',
  fix: '12.345678',
}

/** Of several users, and so no mark. */
const SHARED = {device_id: 'family-tablet'}

const BY_DEVICE = `schema: tripline/rule/v1
id: by-device
version: 1
title: Two payments from a device
key: device_id
severity: low
action: review
score: 30
match:
  window: {as: tx, stream: transactions, when: 'tx.amount > 1.0', span: 1h}
  having: count() >= 2
`

let scene: ApiScene

beforeEach(async () => {
  scene = await ApiScene.begin({settings: {'webhooks.allow_http_loopback': true}})
  await writeFile(join(scene.folder, 'cep-rules/rules/by-device.yaml'), BY_DEVICE)
  await scene.restart()
})
afterEach(() => scene.end())

const clock = {now: () => Date.now() as WallTime}
const verify = () => verifyState({dataDir: scene.config.dataDir, clock, onProgress: () => undefined})
const forget = () => scene.ask(`DELETE /v1/users/${USER}`, {as: 'adam'})
const ledger = async () => (await scene.ask('GET /v1/ledger', {as: 'adam'})).body

function holdsMark(text: string): boolean {
  const forms = [USER, ...Object.values(MARKS)]
  return forms.some((mark) => [mark, ...base64Forms(mark)].some((form) => text.includes(form)))
}

/** What base64 makes of a text wherever in the bytes it begins, without the characters that its neighbours share. */
function base64Forms(text: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(`${'x'.repeat(offset)}${text}`).toString('base64')
    return encoded.replace(/=+$/, '').slice(offset === 0 ? 0 : offset + 1, -1)
  })
}

/** Payments, a location, dead letters of three kinds, a late event, a verdict, a note, and a message that waits. */
async function live(): Promise<{readonly alert: string}> {
  const target = await receiver(answer(500))
  await scene.ask('POST /v1/webhooks', {as: 'lea', body: {url: target.url}})
  const person = {user_id: USER, card_id: MARKS.card, ip: MARKS.address, counterparty_id: MARKS.counterparty}
  const payment = {
    ...person,
    ...SHARED,
    transaction_id: MARKS.payment,
    amount: Number(MARKS.amount),
    memo: MARKS.memo,
  }
  const event_time = Date.now()
  await scene.send({transaction_id: 'o1', user_id: 'other', amount: 2000, ...SHARED})
  await scene.send({...payment, event_time})
  await scene.send({...payment, event_time})
  await scene.send({...payment, event_time, memo: MARKS.conflict})
  await scene.send({user_id: USER, transaction_id: 'x', amount: MARKS.broken})
  const post = (stream: string, body: unknown, headers = {}) =>
    scene.ask(`POST /v1/events/${stream}`, {as: 'shop', body, headers})
  await post('transactions', `{"user_id":"${USER}","memo":"${MARKS.broken}`, {
    'content-type': 'application/x-ndjson',
  })
  await post('locations', {user_id: USER, lat: Number(MARKS.fix), lon: 5, event_time: Date.now()})
  await post('locations', {user_id: 'other', lat: 1, lon: 1, event_time: Date.now()})
  await post('locations', {user_id: USER, lat: 1, lon: 1, source: MARKS.late, event_time: 0})
  await scene.send({transaction_id: 'o2', user_id: 'other', amount: 3000, ...SHARED})
  const alert = await scene.alertOn(MARKS.payment)
  await scene.ask(`POST /v1/alerts/${alert}/notes`, {as: 'ana', body: {text: MARKS.note}})
  await scene.ask(`POST /v1/alerts/${alert}/feedback`, {
    as: 'ana',
    body: {verdict: 'fraud', feedback_id: MARKS.verdict, note: MARKS.note},
  })
  await vi.waitFor(() => expect(target.received.length).toBeGreaterThan(0))
  return {alert}
}

describe('a user who is forgotten', () => {
  test('is found nowhere any more: not in the API, not in the database, not in its files', async () => {
    const {alert} = await live()
    const before = await ledger()
    await scene.stop()
    expect(await filesHolding(scene.config.dataDir, holdsMark)).not.toEqual([])
    expect(await entriesHolding(scene.config.dataDir, holdsMark)).not.toEqual([])
    await scene.start()

    const answered = await forget()
    expect(answered.status, JSON.stringify(answered.body)).toBe(202)
    expect(answered.body).toEqual({user: userDigest(USER), at: expect.any(String)})
    const asked = await Promise.all(
      ['alerts?limit=200', `alerts/${alert}`, 'audit?limit=200', 'webhooks', 'ledger'].map((path) =>
        scene.ask(`GET /v1/${path}`, {as: 'adam'}),
      ),
    )
    expect(asked.map(({body}) => JSON.stringify(body)).filter(holdsMark)).toEqual([])
    expect((await scene.ask(`GET /v1/users/${USER}`, {as: 'ana'})).body.code).toBe('unknown_user')
    expect(await ledger()).toMatchObject({total: before.total, balanced: true})

    await scene.service.parts.forgetting.finished()
    await scene.stop()
    expect(await entriesHolding(scene.config.dataDir, holdsMark)).toEqual([])
    // The database's listing of its files and the log of its doings name keys: both are written anew when it opens.
    for (let i = 0; i < 2; i++) await (await EmbeddedDatabase.open(scene.config.dataDir)).close()
    expect(await filesHolding(scene.config.dataDir, holdsMark)).toEqual([])
    await scene.start()
  })

  test('leaves ids, counts and verdicts behind, and other users as they were', async () => {
    const {alert} = await live()
    const others = (await scene.ask('GET /v1/users/other', {as: 'ana'})).body
    await forget()
    const {body} = await scene.ask(`GET /v1/alerts/${alert}`, {as: 'ana'})
    expect(body).toMatchObject({
      alert_id: alert,
      rule: {id: 'large'},
      status: 'closed_fraud',
      key: {name: 'user_id', value: 'forgotten'},
      anchor: {id: 'forgotten'},
      notes: [],
      reason: '',
      clauses: [],
      timeline: [],
    })
    expect((await scene.ask('GET /v1/users/other', {as: 'ana'})).body.timeline).toEqual(others.timeline)
    const trail = (await scene.ask('GET /v1/audit?limit=50', {as: 'adam'})).body.items
    expect(trail[0]).toMatchObject({
      action: 'user.forget',
      actor: {name: 'adam'},
      subject: {type: 'user', id: userDigest(USER)},
    })
    expect(trail.map(({action}: {action: string}) => action)).toContain('alert.note')
  })

  test('begins anew with the next event, and its state follows from the log', async () => {
    await live()
    await forget()
    const again = await scene.send({transaction_id: MARKS.payment, user_id: USER, amount: 1500})
    expect(again.body.results).toEqual([{status: 'accepted'}])
    const {body} = await scene.ask(`GET /v1/users/${USER}`, {as: 'ana'})
    expect(body.timeline).toHaveLength(1)
    expect(body.alerts).toHaveLength(1)
    await scene.service.parts.forgetting.finished()
    await scene.stop()
    const {differences} = await verify()
    expect(differences).toEqual([])
    await scene.start()
  })

  test('can be forgotten twice, unknown, and by an admin only', async () => {
    await live()
    for (const as of ['ana', 'lea', 'shop'] as const)
      expect((await scene.ask(`DELETE /v1/users/${USER}`, {as})).status).toBe(403)
    expect((await scene.ask('DELETE /v1/users/nobody', {as: 'adam'})).status).toBe(202)
    const both = await Promise.all([forget(), forget()])
    expect(both.map(({status}) => status)).toEqual([202, 202])
    await scene.service.parts.forgetting.finished()
    expect((await ledger()).balanced).toBe(true)
  })
})
