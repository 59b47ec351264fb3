import {describe, expect, it} from 'vitest'
import {expectProblem} from './expect-problem.js'
import {fakeServer} from './fake-services.js'

const ROUTES = [
  {method: 'GET', url: '/v1/alerts'},
  {method: 'GET', url: '/health/live'},
  {method: 'GET', url: '/nowhere'},
  {method: 'DELETE', url: '/v1/alerts'},
  {method: 'POST', url: '/v1/events/transactions'},
] as const

describe('the Host header', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'LocalHost:1',
    '127.0.0.1:8080',
    '127.0.0.1',
    '[::1]:8080',
    '[::1]',
  ])('may name this machine: %s', async (host) => {
    const {app} = fakeServer()
    expect((await app.inject({url: '/health/live', headers: {host}})).statusCode).toBe(200)
  })

  it.each([
    'rebound.example',
    'rebound.example:8080',
    'localhost.example',
    '127.0.0.1.example',
    '10.0.0.1',
    '0.0.0.0:8080',
    '[::]:8080',
    '::1',
    'localhost:8080:9',
    'localhost@example',
    'example#localhost',
    'localhost.',
    '0x7f.1',
  ])('may not name another: %j', async (host) => {
    const {app, intake} = fakeServer()
    for (const route of ROUTES) {
      const answer = await app.inject({...route, headers: {host, 'content-type': 'application/json'}})
      const problem = expectProblem(answer, 'forbidden_host')
      expect(problem.detail).not.toContain('example')
    }
    expect(intake.submitted).toEqual([])
  })
})

describe('a web page', () => {
  it.each(['http://localhost:3000', 'http://127.0.0.1', 'https://[::1]:8443'])(
    'of this machine may ask: %s',
    async (origin) => {
      const {app} = fakeServer()
      const headers = {origin, 'sec-fetch-site': 'same-site', 'content-type': 'application/json'}
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/events/transactions',
        headers,
        payload: '{}',
      })
      expect(answer.statusCode).toBe(202)
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    },
  )

  it.each([
    'https://evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example:80',
    'http://localhost@evil.example',
    'null',
    '',
    'file://',
    'http://localhost/ http://evil.example',
    'chrome-extension://localhost',
  ])('of elsewhere may not: %j', async (origin) => {
    const {app, intake} = fakeServer()
    for (const route of ROUTES) {
      const headers = {origin, 'content-type': 'application/json'}
      expectProblem(await app.inject({...route, headers}), 'forbidden_origin')
    }
    expect(intake.submitted).toEqual([])
  })

  it('of elsewhere is recognized by what its browser says, too', async () => {
    const {app} = fakeServer()
    const site = async (value: string) => app.inject({url: '/v1/alerts', headers: {'sec-fetch-site': value}})
    expectProblem(await site('cross-site'), 'forbidden_origin')
    for (const own of ['none', 'same-origin', 'same-site']) expect((await site(own)).statusCode).toBe(200)
  })

  it('cannot ask for permission: a preflight is not answered with one', async () => {
    const {app} = fakeServer()
    const headers = {origin: 'http://localhost:3000', 'access-control-request-method': 'POST'}
    const answer = await app.inject({method: 'OPTIONS', url: '/v1/events/transactions', headers})
    expectProblem(answer, 'method_not_allowed')
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})
