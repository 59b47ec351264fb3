import {describe, expect, it} from 'vitest'
import {alertDetailSchema, alertsAnswerSchema} from '../../../../src/adapters/http/alert-answers.js'
import {parseEventTime} from '../../../../src/core/event/time.js'
import {expectProblem} from './expect-problem.js'
import {alertRecord, fakeServer} from './fake-services.js'

describe('the list of alerts', () => {
  it('is empty where there are none', async () => {
    const {app, alerts} = fakeServer()
    const answer = await app.inject('/v1/alerts')
    expect([answer.statusCode, answer.json()]).toEqual([200, {items: [], next_cursor: null}])
    expect(alerts.asked).toEqual([{filter: {}, limit: 50, cursor: undefined}])
  })

  it('is paged by a cursor', async () => {
    const {app, alerts} = fakeServer()
    for (let number = 0; number < 5; number++) alerts.views.push({status: 'open', alert: alertRecord(number)})
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const answer = await app.inject(`/v1/alerts?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      const page: ReturnType<typeof alertsAnswerSchema.parse> = alertsAnswerSchema.parse(answer.json())
      seen.push(...page.items.map(({anchor}) => anchor.id))
      cursor = page.next_cursor
    }
    expect(seen).toEqual(['t0', 't1', 't2', 't3', 't4'])
    expect(alerts.asked).toHaveLength(3)
  })

  it('is narrowed by status, rule, severity, user and time', async () => {
    const {app, alerts} = fakeServer()
    const query = {
      status: 'in_review',
      rule: 'geo-jump',
      severity: 'critical',
      user: 'u 1&x',
      from: '2026-01-01T01:00:00+01:00',
      to: '2026-01-02T00:00:00Z',
      limit: '200',
    }
    expect((await app.inject({url: '/v1/alerts', query})).statusCode).toBe(200)
    const filter = {
      status: 'in_review',
      rule: 'geo-jump',
      severity: 'critical',
      user: 'u 1&x',
      from: parseEventTime('2026-01-01T00:00:00Z'),
      to: parseEventTime('2026-01-02T00:00:00Z'),
    }
    expect(alerts.asked).toEqual([{filter, limit: 200, cursor: undefined}])
  })

  it.each([
    ['limit=0', 'limit must be a whole number from 1 to 200'],
    ['limit=201', 'limit must be a whole number from 1 to 200'],
    ['limit=1e2', 'limit must be a whole number from 1 to 200'],
    ['limit=', 'limit must be a whole number from 1 to 200'],
    ['status=opened', 'status must be one of open, in_review, closed_fraud'],
    ['status=open&status=retracted', 'status must be one of open'],
    ['severity=HIGH', 'severity must be one of low, medium, high, critical'],
    ['user=a&user=b', 'user must be given once'],
    ['user=', 'user is empty; leave it out'],
    [`rule=${'r'.repeat(129)}`, 'rule has more than 128 characters'],
    ['from=yesterday', 'from must be a time such as 2026-01-31T12:00:00Z (write + as %2B)'],
    ['to=2026-01-01T00:00:00+01:00', 'to must be a time such as'],
    ['to=1767225600000', 'to must be a time such as'],
    ['sevrity=high', 'there is a parameter that is not known; did you mean severity?'],
    ['4111111111111111=1', 'there is a parameter besides status, rule, severity'],
    ['__proto__=1', 'there is a parameter besides status'],
    [
      'limit=x&status=y',
      'status must be one of open, in_review, closed_fraud, closed_legitimate, closed_inconclusive, retracted; limit must be',
    ],
  ])('is refused for a query that is not valid: %s', async (query, detail) => {
    const {app, alerts} = fakeServer()
    const problem = expectProblem(await app.inject(`/v1/alerts?${query}`), 'bad_query')
    expect(problem.detail).toContain(detail)
    expect(problem.detail).not.toMatch(/yesterday|4111/)
    expect(alerts.asked).toEqual([])
  })

  it('is refused for a cursor that was not given out', async () => {
    const {app} = fakeServer()
    const problem = expectProblem(await app.inject('/v1/alerts?cursor=made-up'), 'invalid_cursor')
    expect(problem.detail).toContain('leave it out to begin anew')
  })

  it('fails without a word about why if the read model fails', async () => {
    const {app, alerts} = fakeServer()
    alerts.failure = new Error('corrupt block 7')
    const answer = await app.inject('/v1/alerts')
    expectProblem(answer, 'internal_error')
    expect(answer.body).not.toContain('corrupt')
  })
})

describe('an alert', () => {
  it('is its newest record with its status', async () => {
    const {app, alerts} = fakeServer()
    const alert = alertRecord(10, {type: 'alert.retracted', revision: 3})
    alerts.views.push({status: 'retracted', alert})
    const answer = await app.inject(`/v1/alerts/${alert.alert_id}`)
    expect(answer.statusCode).toBe(200)
    expect(alertDetailSchema.parse(answer.json())).toEqual({
      status: 'retracted',
      ...alert,
      ...{verdict: null, assignee: null, in_review: false, notes: [], timeline: []},
    })
  })

  it.each([
    [-1, false],
    [0, true],
    [1, true],
  ])('is settled once nothing can change it: settled up to %d ms after it', async (after, settled) => {
    const alert = alertRecord(1)
    const settledUpTo = (parseEventTime(alert.event_time) ?? Number.NaN) + after
    const {app, alerts} = fakeServer({settledUpTo})
    alerts.views.push({status: 'open', alert})
    expect((await app.inject(`/v1/alerts/${alert.alert_id}`)).json().settled).toBe(settled)
    expect((await app.inject('/v1/alerts')).json().items[0].settled).toBe(settled)
  })

  it('that is settled in its record stays so', async () => {
    const {app, alerts} = fakeServer()
    alerts.views.push({status: 'open', alert: alertRecord(1, {settled: true})})
    expect((await app.inject('/v1/alerts')).json().items[0].settled).toBe(true)
  })

  it.each(['0'.repeat(32), 'short', 'F'.repeat(32), '..%2f..%2fetc', '__proto__'])(
    'that there is not is a problem: %s',
    async (id) => {
      const {app} = fakeServer()
      expectProblem(await app.inject(`/v1/alerts/${id}`), 'unknown_alert')
    },
  )
})
