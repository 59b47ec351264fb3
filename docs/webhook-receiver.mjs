// A receiver of Tripline's webhooks, in plain Node.js: verifies, knows what came twice, answers at once.
//
//   WEBHOOK_SECRET=whsec_… PORT=3000 node docs/webhook-receiver.mjs

import {createHmac, timingSafeEqual} from 'node:crypto'
import {createServer} from 'node:http'

const {WEBHOOK_SECRET = '', PORT = '3000'} = process.env
const key = Buffer.from(WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64')
const TOLERANCE_S = 300
const BODY_LIMIT = 1024 * 1024

/** Ids of messages that were handled. Keep them where they outlive a restart. */
const handled = new Set()

function isSigned(headers, body) {
  const id = headers['webhook-id'] ?? ''
  const timestamp = headers['webhook-timestamp'] ?? ''
  const age = Math.abs(Date.now() / 1000 - Number(timestamp))
  if (!(age <= TOLERANCE_S)) return false
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  // While a secret rotates there are two signatures: one that fits is enough.
  return String(headers['webhook-signature'] ?? '')
    .split(' ')
    .map((each) => each.split(','))
    .filter(([version]) => version === 'v1')
    .map(([, signature = '']) => Buffer.from(signature, 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
}

async function bodyOf(request) {
  let body = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    body += chunk
    if (body.length > BODY_LIMIT) throw new Error('too long')
  }
  return body
}

const server = createServer(async (request, response) => {
  const body = await bodyOf(request).catch(() => undefined)
  if (body === undefined) return response.writeHead(413).end()
  if (!isSigned(request.headers, body)) return response.writeHead(401).end()
  const event = JSON.parse(body)
  // Put it in a queue of your own here, and answer: whoever takes longer than 15 s gets it again.
  if (!handled.has(event.id)) {
    handled.add(event.id)
    process.stdout.write(`${event.type} ${event.subject} ${event.data.reason ?? event.data.message}\n`)
  }
  response.writeHead(204).end()
})

server.listen(Number(PORT), '127.0.0.1', () => {
  process.stdout.write(`listening on port ${server.address().port}\n`)
})
