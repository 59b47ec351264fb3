import {connect, type Socket} from 'node:net'
import {setTimeout as pause} from 'node:timers/promises'
import {describe, expect, it, onTestFinished} from 'vitest'
import {problemSchema} from '../../../../src/adapters/http/problem.js'
import {listeningServer} from './fake-services.js'

const POST = 'POST /v1/events/transactions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'

describe('over a real connection', () => {
  it('events are taken and answered', async () => {
    const {url, intake} = await listeningServer()
    const headers = {'content-type': 'application/json'}
    const answer = await fetch(`${url}/v1/events/transactions`, {
      method: 'POST',
      headers,
      body: '[{"a":1},{"b":2}]',
    })
    expect([answer.status, await answer.json()]).toEqual([
      202,
      {results: [{status: 'accepted'}, {status: 'accepted'}]},
    ])
    expect(intake.submitted).toEqual([{stream: 'transactions', events: ['{"a":1}', '{"b":2}']}])
    expect(answer.headers.has('server')).toBe(false)
  })

  it('a body that says it is too large is refused before it is sent', async () => {
    const {port} = await listeningServer({bodyLimit: 1000})
    const answer = await exchange(port, `${POST}Content-Length: 5000000\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(problemOf(answer)).toBe('body_too_large')
  })

  it('a body that turns out to be too large is refused while it is sent', async () => {
    const {port, intake} = await listeningServer({bodyLimit: 1000})
    const chunk = `200\r\n${'x'.repeat(512)}\r\n`
    const answer = await exchange(port, `${POST}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}`)
    expect(problemOf(answer)).toBe('body_too_large')
    expect(intake.submitted).toEqual([])
  })

  it('a body that is too large is refused also to a client that sends it all the same', async () => {
    const {url} = await listeningServer({bodyLimit: 1000})
    const headers = {'content-type': 'application/json'}
    const body = `"${'x'.repeat(300_000)}"`
    const answer = await fetch(`${url}/v1/events/transactions`, {method: 'POST', headers, body})
    expect([answer.status, problemSchema.parse(await answer.json()).code]).toEqual([413, 'body_too_large'])
  })

  it('a large body that comes under overload is refused, and the connection goes on', async () => {
    const {url, intake} = await listeningServer({bodyLimit: 8_000_000})
    intake.saturated = true
    const headers = {'content-type': 'application/json'}
    const body = `"${'x'.repeat(5_000_000)}"`
    const refused = await fetch(`${url}/v1/events/transactions`, {method: 'POST', headers, body})
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    await refused.text()
    intake.saturated = false
    const taken = await fetch(`${url}/v1/events/transactions`, {method: 'POST', headers, body})
    expect(taken.status).toBe(202)
  })

  it.each([
    ['a body', `${POST}Content-Length: 100\r\n\r\n{"half":`],
    ['headers', `${POST}X-Half: `],
  ])('%s that does not come to an end is given up', async (_what, start) => {
    const {port, intake} = await listeningServer({timeouts: {request: 200}})
    const answer = await exchange(port, start)
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(problemOf(answer)).toBe('request_timeout')
    expect(intake.submitted).toEqual([])
  })

  it('a connection on which nothing moves is closed', async () => {
    const {port} = await listeningServer({timeouts: {connection: 150}})
    expect(await exchange(port, '')).toBe('')
  })

  it('a connection that is not used again is closed', async () => {
    const {port} = await listeningServer({timeouts: {keepAlive: 100}})
    const answer = await exchange(port, 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n', 400, 'bad_request'],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'a request with two lengths',
      `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
      400,
      'bad_request',
    ],
  ])('%s is answered with a problem and an end', async (_what, request, status, code) => {
    const {port} = await listeningServer()
    const answer = await exchange(port, request)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/i)
    expect(problemOf(answer)).toBe(code)
  })

  it('a request without a Host header is refused, in the old version of the protocol too', async () => {
    const {port} = await listeningServer()
    expect(problemOf(await exchange(port, 'GET /v1/alerts HTTP/1.0\r\n\r\n'))).toBe('forbidden_host')
    expect(await exchange(port, 'GET /v1/alerts HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('a client that goes away in the middle of a body does no harm', async () => {
    const {port, url, intake} = await listeningServer()
    const socket = open(port)
    socket.write(`${POST}Content-Length: 100\r\n\r\n{"half":`)
    await pause(50)
    socket.destroy()
    await pause(50)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    expect(intake.submitted).toEqual([])
  })

  it('a request that is under way when the server closes is answered', async () => {
    const {app, url, intake} = await listeningServer()
    const submit = intake.submit.bind(intake)
    let arrived: () => void = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    intake.submit = async (stream, inputs) => {
      arrived()
      await pause(100)
      return submit(stream, inputs)
    }
    const headers = {'content-type': 'application/json'}
    const answer = fetch(`${url}/v1/events/transactions`, {method: 'POST', headers, body: '{}'})
    await arrival
    const [{status}] = await Promise.all([answer, app.close()])
    expect(status).toBe(202)
  })
})

/** Sends text and returns all that comes back until the server closes the connection. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = open(port)
    let received = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
    socket.write(text)
  })
}

function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  return socket
}

function problemOf(answer: string): string {
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
  expect(answer).toMatch(/\r\ncontent-type: application\/problem\+json\r\n/i)
  return problemSchema.parse(JSON.parse(body)).code
}
