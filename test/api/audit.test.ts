import {appendFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {ACCESS} from '../../src/adapters/http/access.js'
import {receiver} from '../support/webhook/receiver.js'
import {ApiScene, type Person} from './support/api-scene.js'

let scene: ApiScene

beforeEach(async () => {
  scene = await ApiScene.begin({settings: {'webhooks.allow_http_loopback': true}})
})
afterEach(() => scene.end())

/** Another bundle: the policy has another fallback. */
const changePolicy = () => appendFile(join(scene.folder, 'cep-rules/policy.yaml'), 'model: {review: 0.7}\n')
const audit = async (query = '') => (await scene.ask(`GET /v1/audit${query}`, {as: 'adam'})).body

const activate = async (as: 'lea' | 'leo', body: object = {}) => {
  const {proposal} = (await scene.ask('POST /v1/rules', {as, body})).body
  const other = as === 'lea' ? 'leo' : 'lea'
  return (await scene.ask('POST /v1/rules/proposal/approve', {as: other, body: {id: proposal.id}})).body
}

test('says who proposed, activated and approved which rules, and outlives a restart', async () => {
  await changePolicy()
  const report = await activate('lea')
  const records = [
    {sequence: 3, actor: {name: 'leo'}, action: 'rules.approve', after: null},
    {
      sequence: 2,
      actor: {id: expect.stringMatching(/^key:[0-9a-f]{12}$/), name: 'leo'},
      action: 'rules.activate',
      subject: {type: 'bundle', id: report.bundle},
      before: {bundle: report.previous},
      after: {bundle: report.bundle, backfill: []},
    },
    {sequence: 1, actor: {name: 'lea'}, action: 'rules.propose', after: {bundle: report.bundle}},
  ]
  expect((await audit()).items).toMatchObject(records)
  await scene.restart()
  expect((await audit()).items).toMatchObject(records)
})

test('goes on after a restart, names the folder where nobody asked, and is paged, the newest first', async () => {
  await changePolicy()
  await activate('lea')
  await changePolicyAgain()
  await scene.restart()
  const newest = await audit('?limit=2')
  expect(newest.items).toMatchObject([
    {sequence: 4, actor: {name: 'the rules folder'}},
    {sequence: 3, actor: {name: 'leo'}},
  ])
  const rest = await audit(`?limit=2&cursor=${newest.next_cursor}`)
  expect(rest.items).toMatchObject([{sequence: 2}, {sequence: 1}])
  expect(rest.next_cursor).toBeNull()
  expect((await audit('?cursor=xyz')).code).toBe('invalid_cursor')
})

/** Which action of the trail tells of a request; where nothing is changed that people decide on, why none does. */
const TOLD: {readonly [route: string]: string | {readonly why: string}} = {
  'POST /v1/decisions': {why: 'an event, which the log keeps and the ledger accounts for'},
  'POST /v1/events/:stream': {why: 'the same'},
  'POST /v1/rules/validate': {why: 'changes nothing'},
  'POST /v1/rules/backtest': {why: 'changes nothing'},
  'POST /v1/alerts/:id/feedback': 'alert.verdict',
  'POST /v1/feedback': 'transaction.verdict',
  'POST /v1/alerts/:id/assign': 'alert.assign',
  'POST /v1/alerts/:id/notes': 'alert.note',
  'POST /v1/cases/:id/assign': 'case.assign',
  'POST /v1/cases/:id/notes': 'case.note',
  'POST /v1/cases/:id/review': 'case.review',
  'POST /v1/cases/:id/close': 'case.close',
  'DELETE /v1/users/:id': 'user.forget',
  // These three: models.test.ts.
  'POST /v1/models/:version/promote': 'model.propose',
  'POST /v1/models/rollback': 'model.propose',
  'POST /v1/models/proposal/approve': 'model.approve',
  'DELETE /v1/models/proposal': 'model.withdraw',
  'POST /v1/models/retrain': 'model.retrain',
  'POST /v1/rules': 'rules.propose',
  'POST /v1/rules/:id/mode': 'rules.propose',
  'DELETE /v1/rules/proposal': 'rules.withdraw',
  'POST /v1/rules/proposal/approve': 'rules.approve',
  'POST /v1/webhooks': 'webhook.create',
  'PATCH /v1/webhooks/:id': 'webhook.update',
  'DELETE /v1/webhooks/:id': 'webhook.remove',
  'POST /v1/webhooks/:id/test': 'webhook.test',
  'POST /v1/webhooks/:id/rotate-secret': 'webhook.rotate_secret',
  'POST /v1/webhooks/:id/deliveries/:deliveryId/retry': 'webhook.retry',
}

test('every request that can change something is told of, or it is said why not', () => {
  const changing = Object.keys(ACCESS).filter((route) => !route.startsWith('GET '))
  expect(changing.sort()).toEqual(Object.keys(TOLD).sort())
})

test('tells of all that people do, whoever they are', async () => {
  await scene.send({transaction_id: 't1', user_id: 'u1', amount: 2000})
  const [{alert_id}] = (await scene.ask('GET /v1/alerts', {as: 'ana'})).body.items
  const [{case_id}] = (await scene.ask('GET /v1/cases', {as: 'ana'})).body.items
  const target = await receiver()
  const did: string[] = []
  const told = async (as: Person, route: string, path: string, body?: unknown) => {
    const [method] = route.split(' ')
    const {status, body: answer} = await scene.ask(`${method} ${path}`, {
      as,
      ...(body === undefined ? {} : {body}),
    })
    expect([route, status, answer]).toEqual([route, expect.toSatisfy((code) => code < 300), answer])
    const {items} = await audit('?limit=3')
    const made = items.find(({action}: {action: string}) => action === TOLD[route])
    // A verdict comes by the log, which knows its reviewer by the id of the key.
    const who = made?.action.endsWith('.verdict') ? /^key:/ : as
    expect([route, made?.actor.name]).toEqual([route, expect.stringMatching(who)])
    did.push(route)
    return answer
  }
  await told('ana', 'POST /v1/alerts/:id/assign', `/v1/alerts/${alert_id}/assign`, {assignee: 'ana'})
  await told('ana', 'POST /v1/alerts/:id/notes', `/v1/alerts/${alert_id}/notes`, {text: 'called'})
  await told('ana', 'POST /v1/cases/:id/assign', `/v1/cases/${case_id}/assign`, {assignee: 'bob'})
  await told('ana', 'POST /v1/cases/:id/notes', `/v1/cases/${case_id}/notes`, {text: 'called'})
  await told('ana', 'POST /v1/cases/:id/review', `/v1/cases/${case_id}/review`)
  await told('ana', 'POST /v1/cases/:id/close', `/v1/cases/${case_id}/close`, {verdict: 'legitimate'})
  await told('ana', 'POST /v1/alerts/:id/feedback', `/v1/alerts/${alert_id}/feedback`, {verdict: 'fraud'})
  await told('shop', 'POST /v1/feedback', '/v1/feedback', [{transaction_id: 't1', verdict: 'fraud'}])
  const {id} = await told('lea', 'POST /v1/webhooks', '/v1/webhooks', {url: target.url})
  await told('lea', 'PATCH /v1/webhooks/:id', `/v1/webhooks/${id}`, {filter: {severity: ['high']}})
  const tested = await told('lea', 'POST /v1/webhooks/:id/test', `/v1/webhooks/${id}/test`)
  await told('lea', 'POST /v1/webhooks/:id/rotate-secret', `/v1/webhooks/${id}/rotate-secret`, {})
  const retry = `/v1/webhooks/${id}/deliveries/${tested.id}/retry`
  await told('lea', 'POST /v1/webhooks/:id/deliveries/:deliveryId/retry', retry)
  await told('lea', 'DELETE /v1/webhooks/:id', `/v1/webhooks/${id}`)
  await told('lea', 'POST /v1/rules/:id/mode', '/v1/rules/large/mode', {mode: 'shadow'})
  await changePolicy()
  const {proposal} = await told('lea', 'POST /v1/rules', '/v1/rules', {})
  await told('lea', 'DELETE /v1/rules/proposal', '/v1/rules/proposal', {id: proposal.id})
  const again = await told('lea', 'POST /v1/rules', '/v1/rules', {})
  const approve = {id: again.proposal.id}
  await told('leo', 'POST /v1/rules/proposal/approve', '/v1/rules/proposal/approve', approve)
  await told('lea', 'POST /v1/models/retrain', '/v1/models/retrain')
  await told('adam', 'DELETE /v1/users/:id', '/v1/users/u1')
  const others = Object.keys(TOLD).filter((route) => typeof TOLD[route] === 'string' && !did.includes(route))
  expect(others.every((route) => route.includes('/models/'))).toBe(true)
})

test('tells of a verdict once, however often it is sent, and not what was written with it', async () => {
  await scene.send({transaction_id: 't1', user_id: 'u1', amount: 2000})
  const body = {transaction_id: 't1', verdict: 'fraud', feedback_id: 'f1', note: 'a secret'}
  for (let i = 0; i < 2; i++) await scene.ask('POST /v1/feedback', {as: 'ana', body: [body]})
  await scene.ask('POST /v1/feedback', {as: 'shop', body: [{verdict: 'perhaps'}]})
  const {items} = await audit()
  const verdict = {verdict: 'fraud', feedback_id: 'f1'}
  expect(items).toHaveLength(2)
  expect(items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({action: 'alert.verdict', after: {...verdict, status: 'closed_fraud'}}),
      expect.objectContaining({action: 'transaction.verdict', after: {...verdict, source: 'review'}}),
    ]),
  )
  expect(JSON.stringify(items)).not.toContain('secret')
})

const changePolicyAgain = () =>
  writeFile(join(scene.folder, 'cep-rules/policy.yaml'), 'schema: tripline/policy/v1\nversion: 2\n')
