import {Writable} from 'node:stream'
import {type LevelWithSilent, pino} from 'pino'
import {describe, expect, it} from 'vitest'
import {PROBLEMS} from '../../../../src/adapters/http/problem.js'
import {SECURITY_HEADERS} from '../../../../src/adapters/http/security-headers.js'
import {expectProblem} from './expect-problem.js'
import {alertRecord, fakeServer} from './fake-services.js'

describe('paths and methods', () => {
  it.each(['/', '/v1', '/v1//alerts', '/V1/alerts', '/v1/events', '/v1/alerts/x/y'])(
    'there is nothing at %s',
    async (url) => {
      const {app} = fakeServer()
      expectProblem(await app.inject(url), 'not_found')
      expectProblem(
        await app.inject({method: 'POST', url, payload: 'x', headers: {'content-type': 'text/x'}}),
        'not_found',
      )
    },
  )

  it.each([
    ['/v1/events/transactions', 'POST', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
    ['/v1/alerts', 'GET, HEAD', ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
    [`/v1/alerts/${'0'.repeat(32)}`, 'GET, HEAD', ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
    ['/v1/ledger', 'GET, HEAD', ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
    ['/health/live', 'GET, HEAD', ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
    ['/health/ready', 'GET, HEAD', ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
  ] as const)('%s allows %s only', async (url, allow, others) => {
    const {app} = fakeServer()
    for (const method of others) {
      const answer = await app.inject({method, url})
      expect([answer.statusCode, answer.headers.allow]).toEqual([405, allow])
      if (method !== 'HEAD') expectProblem(answer, 'method_not_allowed')
    }
  })

  it('HEAD says what GET would say', async () => {
    const {app} = fakeServer()
    const answer = await app.inject({method: 'HEAD', url: '/v1/alerts'})
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
  })

  it('a name in the path that is too long or badly encoded is refused without an echo', async () => {
    const {app} = fakeServer()
    const long = await app.inject(`/v1/alerts/${'4111111111111111'.repeat(10)}`)
    expectProblem(long, 'uri_too_long')
    const bad = await app.inject('/v1/alerts/%zz4111')
    expectProblem(bad, 'bad_request')
    for (const answer of [long, bad]) {
      expect(answer.body).not.toContain('4111')
      expect(answer.headers).toMatchObject(SECURITY_HEADERS)
    }
  })
})

describe('every answer', () => {
  it.each([
    ['GET', '/v1/alerts', 200],
    ['GET', '/health/ready', 200],
    ['GET', '/nowhere', 404],
    ['PUT', '/v1/ledger', 405],
    ['POST', '/v1/events/transactions', 415],
    ['GET', '/v1/alerts?limit=0', 400],
  ] as const)(
    'is neither to be rendered, sniffed, framed nor kept, and does not name the server: %s %s',
    async (method, url, status) => {
      const {app} = fakeServer()
      const answer = await app.inject({method, url})
      expect(answer.statusCode).toBe(status)
      expect(answer.headers).toMatchObject(SECURITY_HEADERS)
      expect(answer.headers).not.toHaveProperty('server')
      expect(answer.headers).not.toHaveProperty('x-powered-by')
    },
  )
})

describe('the table of problems', () => {
  it.each(Object.entries(PROBLEMS))(
    'has a code, an error status and a title: %s',
    (code, {status, title}) => {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(title).not.toBe('')
    },
  )
})

describe('the log', () => {
  it('has one line per request: the route, never the path, the query or the body', async () => {
    const {logger, lines} = capturingLogger('info')
    const {app, alerts} = fakeServer({logger})
    const alert = alertRecord(11)
    alerts.views.push({status: 'open', alert})
    await app.inject('/v1/alerts?user=secret-user')
    await app.inject(`/v1/alerts/${alert.alert_id}`)
    await app.inject('/secret-path?user=secret-user')
    await app.inject({
      method: 'POST',
      url: '/v1/events/transactions',
      headers: {'content-type': 'application/json', authorization: 'Bearer secret-key'},
      payload: '{"secret":',
    })
    await app.inject('/v1/alerts/%zzsecret')
    const text = lines.join('\n')
    expect(text).not.toContain('secret')
    expect(text).not.toContain(alert.alert_id)
    expect(lines.map((line) => pickFrom(line)).filter(({status}) => status !== undefined)).toEqual([
      {method: 'GET', route: '/v1/alerts', status: 200},
      {method: 'GET', route: '/v1/alerts/:id', status: 200},
      {method: 'GET', route: 'none', status: 404},
      {method: 'POST', route: '/v1/events/:stream', status: 400},
    ])
  })

  it('holds an unexpected error under the instance that the answer names', async () => {
    const {logger, lines} = capturingLogger('error')
    const {app, intake} = fakeServer({logger})
    intake.failure = new Error('disk full')
    const headers = {'content-type': 'application/json'}
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/events/transactions',
      headers,
      payload: '{"a":"secret"}',
    })
    const {instance = ''} = expectProblem(answer, 'internal_error')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(instance.replace('urn:tripline:request:', ''))
    expect(lines[0]).toContain('disk full')
    expect(lines[0]).not.toContain('secret')
  })
})

function capturingLogger(level: LevelWithSilent) {
  const lines: string[] = []
  const write = (chunk: Buffer, _encoding: unknown, done: () => void) => {
    lines.push(String(chunk))
    done()
  }
  return {logger: pino({level}, new Writable({write})), lines}
}

function pickFrom(line: string): {method?: string; route?: string; status?: number} {
  const {method, route, status} = JSON.parse(line)
  return {method, route, status}
}
