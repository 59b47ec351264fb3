import {describe, expect, it} from 'vitest'
import {EVENTS_PER_REQUEST, ingestAnswerSchema} from '../../../../src/adapters/http/events-route.js'
import {IntakeSaturatedError} from '../../../../src/adapters/http/intake-service.js'
import {expectProblem} from './expect-problem.js'
import {fakeServer} from './fake-services.js'

const URL = '/v1/events/transactions'
const JSON_TYPE = {'content-type': 'application/json'}
const LINES_TYPE = {'content-type': 'application/x-ndjson'}

describe('events', () => {
  it('are taken one at a time', async () => {
    const {app, intake} = fakeServer()
    const answer = await app.inject({
      method: 'POST',
      url: URL,
      headers: JSON_TYPE,
      payload: '{"amount": 1.10}',
    })
    expect(answer.statusCode).toBe(202)
    expect(ingestAnswerSchema.parse(answer.json())).toEqual({results: [{status: 'accepted'}]})
    expect(intake.submitted).toEqual([{stream: 'transactions', events: ['{"amount": 1.10}']}])
  })

  it('are taken as an array, each with its own bytes', async () => {
    const {app, intake} = fakeServer()
    const payload = '[{"n":12345678901234567890}, {"__proto__":{"admin":true}}]'
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/events/locations',
      headers: JSON_TYPE,
      payload,
    })
    expect(answer.json()).toEqual({results: [{status: 'accepted'}, {status: 'accepted'}]})
    const events = ['{"n":12345678901234567890}', '{"__proto__":{"admin":true}}']
    expect(intake.submitted).toEqual([{stream: 'locations', events}])
  })

  it('are taken as lines, of which a broken one is a dead letter of its own', async () => {
    const {app, intake} = fakeServer()
    const answer = await app.inject({
      method: 'POST',
      url: URL,
      headers: LINES_TYPE,
      payload: '{"a":1}\n\n{"a":\n{"b":2}\n',
    })
    expect(answer.statusCode).toBe(202)
    expect(ingestAnswerSchema.parse(answer.json()).results).toEqual([
      {status: 'accepted'},
      {status: 'dead_lettered', code: 'bad_json', detail: 'not JSON'},
      {status: 'accepted'},
    ])
    expect(intake.submitted[0]?.events).toHaveLength(3)
  })

  it('may be none', async () => {
    const {app} = fakeServer()
    for (const [headers, payload] of [
      [JSON_TYPE, '[]'],
      [LINES_TYPE, '\n'],
    ] as const) {
      const answer = await app.inject({method: 'POST', url: URL, headers, payload})
      expect([answer.statusCode, answer.json()]).toEqual([202, {results: []}])
    }
  })

  it('may be said to be UTF-8', async () => {
    const {app} = fakeServer()
    for (const charset of ['charset=utf-8', 'charset="UTF-8"', 'Charset=utf8']) {
      const headers = {'content-type': `application/json; ${charset}`, 'content-encoding': 'identity'}
      expect((await app.inject({method: 'POST', url: URL, headers, payload: '{}'})).statusCode).toBe(202)
    }
  })
})

describe('a request is refused', () => {
  it('for a stream that there is not, whatever its name', async () => {
    const {app, intake} = fakeServer()
    for (const stream of ['payments', '__proto__', 'constructor', 'Transactions']) {
      const answer = await app.inject({
        method: 'POST',
        url: `/v1/events/${stream}`,
        headers: JSON_TYPE,
        payload: '{}',
      })
      expect(expectProblem(answer, 'unknown_stream').detail).toBe('known are locations, transactions')
    }
    expect(intake.submitted).toEqual([])
  })

  it('if it is not JSON as a whole, with nothing of it echoed', async () => {
    const {app, intake} = fakeServer()
    for (const payload of ['{"secret":4111111111111111', '[{"secret":1},', 'secret', '{}{}', ' ']) {
      const answer = await app.inject({method: 'POST', url: URL, headers: JSON_TYPE, payload})
      expectProblem(answer, 'bad_json')
      expect(answer.body).not.toMatch(/secret|4111/)
    }
    expect(intake.submitted).toEqual([])
  })

  it.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/xml'],
    ['application/json-seq'],
    ['no media type'],
    ['application/json; charset=utf-16'],
  ])('in a format that is not taken: %s', async (type) => {
    const {app, intake} = fakeServer()
    const answer = await app.inject({
      method: 'POST',
      url: URL,
      headers: {'content-type': type},
      payload: '{}',
    })
    expectProblem(answer, 'unsupported_media_type')
    expect(intake.submitted).toEqual([])
  })

  it('if it does not say its format, has no body, or is compressed', async () => {
    const {app} = fakeServer()
    expectProblem(await app.inject({method: 'POST', url: URL}), 'unsupported_media_type')
    expectProblem(
      await app.inject({method: 'POST', url: URL, payload: Buffer.from('{}')}),
      'unsupported_media_type',
    )
    const headers = {...JSON_TYPE, 'content-encoding': 'gzip'}
    expectProblem(
      await app.inject({method: 'POST', url: URL, headers, payload: '{}'}),
      'unsupported_media_type',
    )
  })

  it('if its body is longer than the limit, and taken at the limit', async () => {
    const {app, intake} = fakeServer({bodyLimit: 100})
    const atLimit = `"${'x'.repeat(98)}"`
    const taken = await app.inject({method: 'POST', url: URL, headers: JSON_TYPE, payload: atLimit})
    expect(taken.statusCode).toBe(202)
    const answer = await app.inject({method: 'POST', url: URL, headers: JSON_TYPE, payload: `${atLimit} `})
    expectProblem(answer, 'body_too_large')
    expect(intake.submitted).toHaveLength(1)
  })

  it('if it holds more events than one request may, and taken with just as many', async () => {
    const {app, intake} = fakeServer()
    const events = Array(EVENTS_PER_REQUEST).fill('{}')
    const taken = await app.inject({
      method: 'POST',
      url: URL,
      headers: JSON_TYPE,
      payload: `[${events.join()}]`,
    })
    expect(ingestAnswerSchema.parse(taken.json()).results).toHaveLength(EVENTS_PER_REQUEST)
    events.push('{}')
    const array = await app.inject({
      method: 'POST',
      url: URL,
      headers: JSON_TYPE,
      payload: `[${events.join()}]`,
    })
    expectProblem(array, 'too_many_events')
    const lines = await app.inject({
      method: 'POST',
      url: URL,
      headers: LINES_TYPE,
      payload: events.join('\n'),
    })
    expectProblem(lines, 'too_many_events')
    expect(intake.submitted).toHaveLength(1)
  })

  it('while too much is under way, with the time to come back', async () => {
    const {app, intake} = fakeServer()
    intake.saturated = true
    const refused = await app.inject({method: 'POST', url: URL, headers: JSON_TYPE, payload: '{}'})
    expectProblem(refused, 'overloaded')
    expect(refused.headers['retry-after']).toBe('1')
    intake.saturated = false
    const taken = await app.inject({method: 'POST', url: URL, headers: JSON_TYPE, payload: '{}'})
    expect(taken.statusCode).toBe(202)
    expect(intake.submitted).toHaveLength(1)
  })

  it('if the intake finds no room for them after all', async () => {
    const {app, intake} = fakeServer()
    intake.failure = new IntakeSaturatedError()
    const refused = await app.inject({method: 'POST', url: URL, headers: JSON_TYPE, payload: '{}'})
    expectProblem(refused, 'overloaded')
    expect(refused.headers['retry-after']).toBe('1')
  })

  it('with an internal error if the intake fails, naming the request and nothing else', async () => {
    const {app, intake} = fakeServer()
    intake.failure = new Error('disk /var/lib is full')
    const answer = await app.inject({method: 'POST', url: URL, headers: JSON_TYPE, payload: '{}'})
    const problem = expectProblem(answer, 'internal_error')
    expect(problem.instance).toMatch(/^urn:tripline:request:[0-9a-f-]{36}$/)
    expect(answer.body).not.toMatch(/disk|\.js|stack/)
  })
})
