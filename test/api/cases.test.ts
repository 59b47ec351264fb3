import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {caseRecordSchema} from '../../src/core/case/case-events.js'
import {ApiScene, type Person} from './support/api-scene.js'
import {ListeningClient} from './support/listening-client.js'

let scene: ApiScene

beforeAll(async () => {
  scene = await ApiScene.begin({
    settings: {
      'cases.lists': '[{list: blocked_devices, field: device_id, for: 30d}]',
      'webhooks.allow_http_loopback': 'true',
    },
    lists: true,
  })
})
afterAll(() => scene.end())

let made = 0

/** So many payments over 1,000 dollars of a new user: the case that their alerts make. */
async function newCase(payments = 1, more: object = {}) {
  const user = `user-${++made}`
  const ids = Array.from({length: payments}, (_, i) => `${user}-t${i}`)
  await scene.send(...ids.map((transaction_id) => ({transaction_id, user_id: user, amount: 2000, ...more})))
  const {body} = await scene.ask(`GET /v1/cases?entity=user_id&value=${user}`, {as: 'ana'})
  return {user, transactions: ids, id: body.items[0].case_id as string, listed: body.items[0]}
}
const read = async (id: string) => (await scene.ask(`GET /v1/cases/${id}`, {as: 'ana'})).body
const post = (id: string, what: string, body?: unknown, as: Person = 'ana') =>
  scene.ask(`POST /v1/cases/${id}/${what}`, {as, ...(body === undefined ? {} : {body})})
const trail = async (limit: number) =>
  (await scene.ask(`GET /v1/audit?limit=${limit}`, {as: 'adam'})).body.items

describe('a case', () => {
  test('holds the alerts of a user, with what they are about and when it is due', async () => {
    const {id, user, listed} = await newCase(3)
    expect(listed).toMatchObject({
      status: 'open',
      severity: 'high',
      alerts: {total: 3, standing: 3},
      rules: ['large'],
    })
    const {alerts, opened_at, due_at, entity} = await read(id)
    expect(entity).toEqual({name: 'user_id', value: user})
    expect(alerts).toHaveLength(3)
    expect(Date.parse(due_at) - Date.parse(opened_at)).toBe(4 * 3_600_000)
  })

  test('is assigned, taken up and noted; it and the trail outlive a restart', async () => {
    const {id} = await newCase()
    expect((await post(id, 'assign', {assignee: 'bob'}, 'lea')).body).toMatchObject({
      status: 'assigned',
      assignee: 'bob',
    })
    expect((await post(id, 'review', undefined, 'bob')).body).toMatchObject({
      status: 'in_review',
      assignee: 'bob',
    })
    const {body} = await post(id, 'notes', {text: 'called, no answer'}, 'bob')
    expect(body.notes).toMatchObject([{text: 'called, no answer', by: {name: 'bob'}}])
    await scene.restart()
    expect(await read(id)).toEqual(body)
    const [noted, reviewed, assigned] = await trail(3)
    expect([noted.action, reviewed.action, assigned.action]).toEqual([
      'case.note',
      'case.review',
      'case.assign',
    ])
    expect(noted).toMatchObject({actor: {name: 'bob'}, subject: {type: 'case', id}, after: {notes: 1}})
    expect(JSON.stringify(await trail(10))).not.toContain('no answer')
  })

  test('is closed with a verdict on each alert; the next alert opens a new one', async () => {
    const {id, user, transactions} = await newCase(2)
    const {status, body} = await post(id, 'close', {verdict: 'legitimate', note: 'her sister'})
    expect([status, body.verdicts, body.list_entries]).toEqual([200, 2, []])
    expect(body.case).toMatchObject({status: 'closed_legitimate', closed: {by: {name: 'ana'}}})
    for (const transaction of transactions) {
      const alert = await scene.alertOn(transaction)
      expect((await scene.ask(`GET /v1/alerts/${alert}`, {as: 'ana'})).body).toMatchObject({
        status: 'closed_legitimate',
        verdict: {reviewer: body.case.closed.by.id, source: 'review', transaction_id: transaction},
      })
    }
    for (const [what, more] of [
      ['close', {verdict: 'fraud'}],
      ['assign', {assignee: 'bob'}],
      ['review', undefined],
    ] as const)
      expect((await post(id, what, more)).body.code).toBe('case_closed')
    await scene.send({transaction_id: `${user}-again`, user_id: user, amount: 3000})
    const {items} = (await scene.ask(`GET /v1/cases?value=${user}`, {as: 'ana'})).body
    expect(items.map(({status}: {status: string}) => status).sort()).toEqual(['closed_legitimate', 'open'])
    expect(scene.service.ledger().balanced).toBe(true)
  })

  test('closed by two at once is closed by one', async () => {
    const {id} = await newCase()
    const answers = await Promise.all([
      post(id, 'close', {verdict: 'fraud'}),
      post(id, 'close', {verdict: 'legitimate'}, 'bob'),
    ])
    expect(answers.map(({status}) => status).sort()).toEqual([200, 409])
  })

  test('closed as fraud puts the device into a list that rules look into, until it expires', async () => {
    const {id} = await newCase(1, {device_id: 'd-stolen'})
    const {body} = await post(id, 'close', {verdict: 'fraud'})
    expect(body.list_entries).toMatchObject([{list: 'blocked_devices', value: 'd-stolen'}])
    const later = {transaction_id: `blocked-${id}`, user_id: `else-${id}`, amount: 1, device_id: 'd-stolen'}
    await scene.send(later, {...later, transaction_id: `free-${id}`, device_id: 'd-other'})
    const {items} = (await scene.ask(`GET /v1/alerts?rule=blocked-device&limit=200`, {as: 'ana'})).body
    expect(items.map(({anchor}: {anchor: {id: string}}) => anchor.id)).toEqual([`blocked-${id}`])
    // A change of the folder does not lose it.
    await writeFile(join(scene.folder, 'cep-rules/policy.yaml'), 'schema: tripline/policy/v1\nversion: 2\n')
    const {proposal} = (await scene.ask('POST /v1/rules', {as: 'lea'})).body
    await scene.ask('POST /v1/rules/proposal/approve', {as: 'leo', body: {id: proposal.id}})
    await scene.restart()
    await scene.send({...later, transaction_id: `still-${id}`})
    expect(await scene.alertOn(`still-${id}`, 'blocked-device')).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('cases', () => {
  test('are listed by what they are about, page by page', async () => {
    await newCase()
    const pages: string[] = []
    let cursor = ''
    do {
      const {body} = await scene.ask(`GET /v1/cases?status=open&limit=1${cursor}`, {as: 'ana'})
      pages.push(...body.items.map((item: {case_id: string}) => item.case_id))
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`
    } while (cursor !== '')
    expect(new Set(pages).size).toBe(pages.length)
    expect((await scene.ask('GET /v1/cases?overdue=true', {as: 'ana'})).body.items).toEqual([])
    expect((await scene.ask('GET /v1/cases?status=closed', {as: 'ana'})).body.code).toBe('bad_query')
    expect((await scene.ask('GET /v1/cases?cursor=x', {as: 'ana'})).body.code).toBe('invalid_cursor')
  })

  test('that are not there, and what makes no sense, are refused and change nothing', async () => {
    const {id} = await newCase()
    const before = await read(id)
    expect((await post('0'.repeat(32), 'review')).body.code).toBe('unknown_case')
    expect((await post('nowhere', 'close', {verdict: 'fraud'})).body.code).toBe('unknown_case')
    expect((await post(id, 'close', {verdict: 'perhaps'})).body.code).toBe('bad_request')
    expect((await post(id, 'close', {verdict: 'fraud', status: 'x'})).body.code).toBe('bad_request')
    expect((await post(id, 'notes', {text: 'card 4111111111111111'})).body.code).toBe('looks_like_pan')
    expect((await post(id, 'assign', {assignee: 'a\u0007b'})).body.code).toBe('bad_request')
    expect((await post(id, 'close', {verdict: 'fraud'}, 'adam')).body.code).toBe('forbidden')
    expect((await post(id, 'close', {verdict: 'fraud'}, 'shop')).body.code).toBe('forbidden')
    expect(await read(id)).toEqual(before)
  })

  test('cannot be changed by events: their stream is not for producers', async () => {
    const {id} = await newCase()
    const body = {type: 'closed', change_id: 'x', case_id: id, verdict: 'fraud'}
    const answer = await scene.ask('POST /v1/events/tripline.cases', {as: 'shop', body})
    expect(answer.body.code).toBe('unknown_stream')
    expect((await read(id)).status).toBe('open')
  })

  test('are told as they change, and go on after the last that was heard', async () => {
    const headers = {authorization: `Bearer ${scene.keys.ana}`}
    const listen = (more = {}) =>
      ListeningClient.listen(`${scene.http.url}/v1/cases/stream`, {...headers, ...more})
    const client = await listen()
    const {id} = await newCase()
    await expect.poll(() => client.heard.map(({event}) => event)).toContain('case.opened')
    client.close()
    await post(id, 'review')
    await post(id, 'close', {verdict: 'inconclusive'})
    const again = await listen({'last-event-id': client.lastId})
    await expect.poll(() => again.heard.filter(({event}) => event?.startsWith('case')).length).toBe(2)
    const [updated, closed] = again.heard.filter(({event}) => event?.startsWith('case'))
    expect([updated?.event, closed?.event]).toEqual(['case.updated', 'case.closed'])
    expect(caseRecordSchema.parse(closed?.data)).toMatchObject({case_id: id, status: 'closed_inconclusive'})
    again.close()
  })

  test('that wait, and that are overdue, are counted', async () => {
    const {text} = await scene.service.parts.metrics.expose()
    expect(text).toMatch(/^tripline_cases_open [1-9]\d*$/m)
    expect(text).toMatch(/^tripline_cases_overdue 0$/m)
  })

  test('are told to those who subscribed to it, once, by a message that names the case', async () => {
    const body = {url: 'http://127.0.0.1:9/cases', event_types: ['case.closed'], filter: {rule: ['large']}}
    const hook = (await scene.ask('POST /v1/webhooks', {as: 'lea', body})).body.id
    const {id} = await newCase(2)
    await post(id, 'review')
    await post(id, 'close', {verdict: 'legitimate'})
    const {items} = (await scene.ask(`GET /v1/webhooks/${hook}/deliveries`, {as: 'ana'})).body
    expect(items).toMatchObject([{id: `${id}:3`, type: 'case.closed'}])
    await scene.ask(`DELETE /v1/webhooks/${hook}`, {as: 'lea'})
  })
})

test('a case that is to go into a list that is not there stays open', async () => {
  const odd = await ApiScene.begin({settings: {'cases.lists': '[{list: nowhere, field: user_id, for: 1d}]'}})
  await odd.send({transaction_id: 't1', user_id: 'u1', amount: 2000})
  const [{case_id}] = (await odd.ask('GET /v1/cases', {as: 'ana'})).body.items
  const close = (verdict: string) => odd.ask(`POST /v1/cases/${case_id}/close`, {as: 'ana', body: {verdict}})
  const {status, body} = await close('fraud')
  expect([status, body.code]).toEqual([422, 'rules_refused'])
  expect(body.detail).toContain('there is no list nowhere in force')
  expect((await odd.ask(`GET /v1/cases/${case_id}`, {as: 'ana'})).body.status).toBe('open')
  expect((await close('inconclusive')).status).toBe(200)
  await odd.end()
})
