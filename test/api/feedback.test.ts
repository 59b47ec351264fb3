import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {ApiScene} from './support/api-scene.js'

let scene: ApiScene

beforeAll(async () => {
  scene = await ApiScene.begin()
})
afterAll(() => scene.end())

let made = 0

/** A transaction over 1,000 dollars: its id and its alert's. */
async function largePayment(more: object = {}) {
  const transaction = `large-${++made}`
  await scene.send({transaction_id: transaction, user_id: 'u1', amount: 2000, ...more})
  return {transaction, alert: await scene.alertOn(transaction)}
}
const statusOf = async (alert: string) =>
  (await scene.ask(`GET /v1/alerts/${alert}`, {as: 'ana'})).body.status
const judge = (alert: string, body: object, as: 'ana' | 'bob' | 'lea' = 'ana') =>
  scene.ask(`POST /v1/alerts/${alert}/feedback`, {as, body})
const give = (body: unknown, as: 'ana' | 'shop' = 'shop') => scene.ask('POST /v1/feedback', {as, body})

describe('a verdict on an alert', () => {
  test.each(['fraud', 'legitimate', 'inconclusive'])(
    'closes it at once, and outlives a restart: %s',
    async (verdict) => {
      const {alert, transaction} = await largePayment()
      const {status, body} = await judge(alert, {verdict})
      expect([status, body.status, body.alert_status]).toEqual([202, 'accepted', `closed_${verdict}`])
      expect(await scene.service.parts.readModel.verdict(body.feedback_id, 'u1')).toMatchObject({
        alert_id: alert,
        transaction_id: transaction,
        user_id: 'u1',
        source: 'review',
      })
      await scene.restart()
      expect(await statusOf(alert)).toBe(`closed_${verdict}`)
    },
  )

  test('sent again under its id changes nothing, at whatever time; with other content it is refused', async () => {
    const {alert} = await largePayment()
    const verdict = {verdict: 'fraud', feedback_id: `f-${alert}`, note: 'called her'}
    expect((await judge(alert, verdict)).body.status).toBe('accepted')
    expect((await judge(alert, verdict)).body.status).toBe('duplicate')
    const other = await judge(alert, {...verdict, verdict: 'legitimate'})
    expect([other.status, other.body.code]).toEqual([409, 'id_conflict'])
    expect((await judge(alert, verdict, 'bob')).body.code).toBe('id_conflict')
    expect(await statusOf(alert)).toBe('closed_fraud')
  })

  test('the latest of two stands', async () => {
    const {alert} = await largePayment()
    await judge(alert, {verdict: 'fraud'})
    await judge(alert, {verdict: 'legitimate'}, 'lea')
    expect(await statusOf(alert)).toBe('closed_legitimate')
  })

  test('is told of in the audit trail, with who, before and after', async () => {
    const {alert} = await largePayment()
    const {body} = await judge(alert, {verdict: 'fraud'})
    const {items} = (await scene.ask('GET /v1/audit?limit=1', {as: 'adam'})).body
    expect(items).toMatchObject([
      {
        actor: {id: expect.stringMatching(/^key:/)},
        action: 'alert.verdict',
        subject: {type: 'alert', id: alert},
        before: {status: 'open', verdict: null},
        after: {status: 'closed_fraud', verdict: 'fraud', feedback_id: body.feedback_id},
      },
    ])
  })

  test('is the reviewer’s own: nobody speaks for another, or about another user', async () => {
    const {alert} = await largePayment()
    for (const field of ['reviewer', 'user_id', 'source', 'alert_id', 'event_time', '__proto__']) {
      const {status, body} = await judge(alert, JSON.parse(`{"verdict": "fraud", "${field}": "somebody"}`))
      expect([status, body.code]).toEqual([400, 'bad_request'])
    }
    expect(await statusOf(alert)).toBe('open')
  })

  test.each([
    ['0'.repeat(32), {verdict: 'fraud'}, 404, 'unknown_alert'],
    ['short', {verdict: 'fraud'}, 404, 'unknown_alert'],
    ['', {verdict: 'guilty'}, 400, 'bad_request'],
    ['', {}, 400, 'bad_request'],
    ['', '{"verdict":', 400, 'bad_json'],
    ['', {verdict: 'fraud', note: 'card 4111 1111 1111 1111'}, 422, 'looks_like_pan'],
    ['', {verdict: 'fraud', note: 'x'.repeat(2_001)}, 400, 'bad_request'],
  ])('that makes no sense is refused: %s %j', async (id, body, status, code) => {
    const alert = id === '' ? (await largePayment()).alert : id
    const answer = await judge(alert, body as object)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(JSON.stringify(answer.body)).not.toContain('4111')
  })
})

describe('feedback of many', () => {
  test('on transactions and alerts, the user filled in, each answered in order', async () => {
    const [one, two, three] = [
      await largePayment(),
      await largePayment({user_id: 'u2'}),
      await largePayment(),
    ]
    const {status, body} = await give([
      {verdict: 'fraud', transaction_id: one.transaction, source: 'chargeback'},
      {verdict: 'legitimate', alert_id: two.alert},
      {verdict: 'perhaps', alert_id: three.alert},
      {verdict: 'fraud', transaction_id: 'never-seen'},
      {verdict: 'fraud'},
    ])
    expect(status).toBe(202)
    expect(body.results.map(({status, code}: {status: string; code?: string}) => [status, code])).toEqual([
      ['accepted', undefined],
      ['accepted', undefined],
      ['refused', 'bad_schema'],
      ['dead_lettered', 'unroutable'],
      ['refused', 'bad_schema'],
    ])
    expect(await Promise.all([one, two, three].map(({alert}) => statusOf(alert)))).toEqual([
      'closed_fraud',
      'closed_legitimate',
      'open',
    ])
    expect(scene.service.ledger().balanced).toBe(true)
  })

  test('on a transaction closes every alert about it; on an alert, that one', async () => {
    const {transaction} = await largePayment({amount: 20_000})
    const [large, huge] = [await scene.alertOn(transaction), await scene.alertOn(transaction, 'huge')]
    await give({verdict: 'inconclusive', alert_id: huge})
    expect([await statusOf(large), await statusOf(huge)]).toEqual(['open', 'closed_inconclusive'])
    await give({verdict: 'fraud', transaction_id: transaction})
    expect([await statusOf(large), await statusOf(huge)]).toEqual(['closed_fraud', 'closed_fraud'])
  })

  test('one object, an array or lines; nothing at all is refused', async () => {
    const {transaction} = await largePayment()
    const headers = {'content-type': 'application/x-ndjson'}
    const line = JSON.stringify({verdict: 'fraud', transaction_id: transaction})
    const lines = await scene.ask('POST /v1/feedback', {as: 'shop', body: `${line}\n\n${line}\n`, headers})
    expect(lines.body.results).toHaveLength(2)
    expect((await give({verdict: 'fraud', transaction_id: transaction})).body.results).toHaveLength(1)
    expect((await give(Array(1_001).fill({}))).body.code).toBe('too_many_events')
    expect((await scene.ask('POST /v1/feedback', {as: 'shop'})).body.code).toBe('bad_request')
  })

  test('what banks say is not for reviewers to say', async () => {
    const {transaction} = await largePayment()
    const refused = await give({verdict: 'fraud', transaction_id: transaction, source: 'chargeback'}, 'ana')
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    expect((await give({verdict: 'fraud', transaction_id: transaction}, 'ana')).status).toBe(202)
  })

  test('feedback that comes as an event counts as well', async () => {
    const {transaction, alert} = await largePayment()
    const event = {
      feedback_id: `e-${transaction}`,
      user_id: 'u1',
      transaction_id: transaction,
      verdict: 'fraud',
      event_time: new Date().toISOString(),
    }
    await scene.ask('POST /v1/events/feedback', {as: 'shop', body: event})
    expect(await statusOf(alert)).toBe('closed_fraud')
  })
})

describe('triage', () => {
  const assign = (alert: string, body: unknown) =>
    scene.ask(`POST /v1/alerts/${alert}/assign`, {as: 'lea', body})
  const note = (alert: string, text: unknown) =>
    scene.ask(`POST /v1/alerts/${alert}/notes`, {as: 'ana', body: {text}})

  test('an alert is assigned, taken up and given back; the trail says by whom', async () => {
    const {alert} = await largePayment()
    expect((await assign(alert, {assignee: 'ana'})).body).toMatchObject({assignee: 'ana', status: 'open'})
    expect((await assign(alert, {assignee: 'ana', in_review: true})).body.status).toBe('in_review')
    const {items} = (await scene.ask('GET /v1/audit?limit=1', {as: 'adam'})).body
    expect(items).toMatchObject([
      {
        actor: {name: 'lea'},
        action: 'alert.assign',
        before: {assignee: 'ana', in_review: false},
        after: {assignee: 'ana', in_review: true},
      },
    ])
    await scene.restart()
    expect(await statusOf(alert)).toBe('in_review')
    expect((await assign(alert, {assignee: null})).body).toMatchObject({assignee: null, status: 'open'})
  })

  test('notes stand in the order written, with their author, and neither in the trail nor in the log', async () => {
    const {alert} = await largePayment()
    await note(alert, 'first: no answer')
    const {body} = await note(alert, 'second: was her sister')
    expect(body.notes).toMatchObject([
      {text: 'first: no answer', by: {name: 'ana'}},
      {text: 'second: was her sister', by: {name: 'ana'}},
    ])
    const {items} = (await scene.ask('GET /v1/audit?limit=1', {as: 'adam'})).body
    expect(items).toMatchObject([{action: 'alert.note', before: {notes: 1}, after: {notes: 2}}])
    expect(JSON.stringify(items) + scene.logged.join('')).not.toContain('sister')
  })

  test('a hundred notes are enough', async () => {
    const {alert} = await largePayment()
    const written = await Promise.all(Array.from({length: 101}, (_, i) => note(alert, `note ${i}`)))
    expect(written.filter(({status}) => status === 200)).toHaveLength(100)
    expect(written.find(({status}) => status !== 200)?.body.code).toBe('too_many_notes')
  })

  test('what makes no sense is refused, and changes nothing', async () => {
    const {alert} = await largePayment()
    expect((await note(alert, '')).body.code).toBe('bad_request')
    expect((await note(alert, 7)).body.code).toBe('bad_request')
    expect((await note(alert, 'card 4111111111111111')).body.code).toBe('looks_like_pan')
    expect((await assign(alert, {assignee: 'a\u0007b'})).body.code).toBe('bad_request')
    expect((await assign(alert, {assignee: 'ana', status: 'closed_fraud'})).body.code).toBe('bad_request')
    expect((await assign('0'.repeat(32), {assignee: 'ana'})).body.code).toBe('unknown_alert')
    expect((await note('nowhere', 'x')).body.code).toBe('unknown_alert')
    const {body} = await scene.ask(`GET /v1/alerts/${alert}`, {as: 'ana'})
    expect(body.status).toBe('open')
  })
})
