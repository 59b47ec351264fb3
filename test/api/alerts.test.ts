import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {alertDetailSchema} from '../../src/adapters/http/alert-answers.js'
import {ApiScene} from './support/api-scene.js'

let scene: ApiScene

beforeAll(async () => {
  scene = await ApiScene.begin()
  const now = Date.now()
  const minutesAgo = (minutes: number) => now - minutes * 60_000
  await scene.send(
    {transaction_id: 'a1', user_id: 'ann', amount: 20, event_time: minutesAgo(5)},
    {transaction_id: 'a2', user_id: 'ann', amount: 2000, event_time: minutesAgo(4)},
    {transaction_id: 'a3', user_id: 'ann', amount: 30, event_time: minutesAgo(2)},
    {transaction_id: 'b1', user_id: 'ben', amount: 20_000, event_time: minutesAgo(3)},
  )
  const fix = {user_id: 'ann', lat: -40, lon: 1, event_time: minutesAgo(1)}
  await scene.ask('POST /v1/events/locations', {as: 'shop', body: fix})
})
afterAll(() => scene.end())

const listed = async (query: string) => {
  const {body} = await scene.ask(`GET /v1/alerts?${query}`, {as: 'ana'})
  return body.items.map(
    (item: {rule: {id: string}; anchor: {id: string}}) => `${item.rule.id} ${item.anchor.id}`,
  )
}

describe('the list', () => {
  test('is narrowed by every filter', async () => {
    expect((await listed('')).sort()).toEqual(['far-away a2', 'huge b1', 'large a2', 'large b1'])
    expect(await listed('rule=huge')).toEqual(['huge b1'])
    expect(await listed('severity=medium')).toEqual(['far-away a2'])
    expect((await listed('user=ann')).sort()).toEqual(['far-away a2', 'large a2'])
    expect(await listed('mode=shadow')).toEqual([])
    expect(await listed('status=retracted')).toEqual([])
    const since = new Date(Date.now() - 3.5 * 60_000).toISOString()
    expect((await listed(`from=${since}`)).sort()).toEqual(['huge b1', 'large b1'])
    expect((await listed(`to=${since}`)).sort()).toEqual(['far-away a2', 'large a2'])
  })

  test('is narrowed by who is to look', async () => {
    const alert = await scene.alertOn('b1')
    await scene.ask(`POST /v1/alerts/${alert}/assign`, {as: 'lea', body: {assignee: 'bob'}})
    expect(await listed('assignee=bob')).toEqual(['large b1'])
    expect(await listed('assignee=nobody')).toEqual([])
  })

  test('is paged without gap or repetition, and the cursor of another list is refused', async () => {
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const {body}: {body: {items: {alert_id: string}[]; next_cursor: string | null}} = await scene.ask(
        `GET /v1/alerts?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`,
        {as: 'ana'},
      )
      seen.push(...body.items.map(({alert_id}) => alert_id))
      cursor = body.next_cursor
    }
    expect([seen.length, new Set(seen).size]).toEqual([4, 4])
    const foreign = Buffer.from('audit:00').toString('base64url')
    expect((await scene.ask(`GET /v1/alerts?cursor=${foreign}`, {as: 'ana'})).body.code).toBe(
      'invalid_cursor',
    )
  })
})

describe('an alert', () => {
  test('shows its evidence, why it is, what would undo it, and what happened around it', async () => {
    const {body} = await scene.ask(`GET /v1/alerts/${await scene.alertOn('a2', 'far-away')}`, {as: 'ana'})
    const detail = alertDetailSchema.parse(body)
    expect(detail.events.map(({as}) => as)).toEqual(['tx', 'fix'])
    expect(detail.clauses.length).toBeGreaterThan(0)
    expect(detail.flips.length).toBeGreaterThan(0)
    expect(
      detail.timeline.map(({stream, id, as}) => [stream, stream === 'locations' ? 'fix' : id, as]),
    ).toEqual([
      ['transactions', 'a1', null],
      ['transactions', 'a2', 'tx'],
      ['transactions', 'a3', null],
      ['locations', 'fix', 'fix'],
    ])
    expect(detail.timeline[1]?.fields).toMatchObject({amount_usd: 2000})
  })

  test('shows what people made of it', async () => {
    const alert = await scene.alertOn('a2')
    await scene.ask(`POST /v1/alerts/${alert}/notes`, {as: 'ana', body: {text: 'she is in Perth'}})
    await scene.ask(`POST /v1/alerts/${alert}/feedback`, {as: 'ana', body: {verdict: 'legitimate'}})
    const {body} = await scene.ask(`GET /v1/alerts/${alert}`, {as: 'bob'})
    expect(body).toMatchObject({
      status: 'closed_legitimate',
      verdict: {verdict: 'legitimate', source: 'review'},
      notes: [{by: {name: 'ana'}, text: 'she is in Perth'}],
    })
  })
})

describe('a user', () => {
  const user = (id: string, query = '') => scene.ask(`GET /v1/users/${id}${query}`, {as: 'ana'})

  test('shows what happened, the newest first, with decisions, and the alerts', async () => {
    const {body} = await user('ann')
    const shown = body.timeline.map(
      ({stream, decision}: {stream: string; decision: {decision: string} | null}) =>
        decision?.decision ?? stream,
    )
    // The verdict was given now, and is the newest.
    expect(shown).toEqual(['feedback', 'locations', 'approve', 'review', 'approve'])
    expect(body.alerts).toHaveLength(2)
    expect((await user('ann', '?limit=1')).body.timeline).toHaveLength(1)
  })

  test('that is not known is a problem; names of any characters are looked up', async () => {
    expect((await user('nobody')).body.code).toBe('unknown_user')
    expect((await user('__proto__')).body.code).toBe('unknown_user')
    await scene.send({transaction_id: 'strange', user_id: 'ü/ü ?', amount: 1})
    expect((await user(encodeURIComponent('ü/ü ?'))).body.user_id).toBe('ü/ü ?')
    expect((await user('ann', '?limit=501')).body.code).toBe('bad_query')
  })
})
