import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {Webhook} from 'standardwebhooks'
import {afterEach, beforeAll, beforeEach, expect, test, vi} from 'vitest'
import {writeRulesFolder} from '../api/support/rules-folder.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {RunningService} from '../support/process/running-service.js'
import {
  ACCEPT,
  answer,
  type Behaviour,
  BREAK_OFF,
  type Receiver,
  receiver,
} from '../support/webhook/receiver.js'

const KILLS = 4
const PER_ROUND = 60

let folder: TemporaryFolder

beforeAll(ensureBuilt, 180_000)
beforeEach(async () => {
  folder = await temporaryFolder()
  await writeRulesFolder(join(folder.path, 'cep-rules'))
})
afterEach(() => folder.remove())

const start = () =>
  new RunningService(join(folder.path, 'data'), [], {
    TRIPLINE_WEBHOOKS_ALLOW_HTTP_LOOPBACK: 'true',
    TRIPLINE_RULES_DIR: join(folder.path, 'cep-rules'),
  })

async function post(url: string, body: unknown): Promise<unknown> {
  const headers = {'content-type': 'application/json'}
  const answered = await fetch(url, {method: 'POST', headers, body: JSON.stringify(body)})
  expect(answered.status).toBeLessThan(300)
  return answered.json()
}

/** The ids under which messages arrived, each checked. */
function idsAt({received}: Receiver, secret: string): Set<string> {
  for (const {headers, body} of received) {
    const event = new Webhook(secret).verify(body, headers) as {id: string}
    expect(headers['webhook-id']).toBe(event.id)
  }
  return new Set(received.map(({headers}) => headers['webhook-id'] as string))
}

test('every alert arrives, however often the service is killed and whatever the receiver does meanwhile', async () => {
  let requests = 0
  const flaky: Behaviour = (response, request) => {
    requests++
    const behave = requests % 10 < 2 ? BREAK_OFF : requests % 10 === 2 ? answer(500) : ACCEPT
    setTimeout(() => behave(response, request), 10)
  }
  const target = await receiver(flaky)
  let secret = ''
  for (let round = 0; round < KILLS; round++) {
    const service = start()
    const {url} = await service.ready()
    if (round === 0) {
      const created = await post(`${url}/v1/webhooks`, {url: target.url, event_types: ['alert.opened']})
      secret = (created as {secret: string}).secret
    }
    const transactions = Array.from({length: PER_ROUND}, (_, i) => {
      const id = `${round}-${i}`
      return {transaction_id: `t${id}`, user_id: `u${id}`, amount: 2000, event_time: Date.now()}
    })
    const sent = post(`${url}/v1/events/transactions`, transactions).catch(() => undefined)
    // Random on purpose: each run of the test kills at other places. What must hold, holds at every place.
    if (round % 2 === 0) await sent
    await sleep(Math.random() * 150)
    await service.end('SIGKILL')
    await sent
  }

  const last = start()
  const {url} = await last.ready()
  target.behave = ACCEPT
  const alertIds = async () => {
    const ids = new Set<string>()
    for (let cursor = ''; ; ) {
      const page = await (await fetch(`${url}/v1/alerts?limit=200${cursor}`)).json()
      for (const {alert_id} of (page as {items: {alert_id: string}[]}).items) ids.add(`${alert_id}:0`)
      const next = (page as {next_cursor: string | null}).next_cursor
      if (next === null) return ids
      cursor = `&cursor=${encodeURIComponent(next)}`
    }
  }
  const expected = await vi.waitFor(async () => {
    const ids = await alertIds()
    expect(ids.size).toBeGreaterThanOrEqual((KILLS / 2) * PER_ROUND)
    return ids
  }, 10_000)
  await vi.waitFor(() => expect(idsAt(target, secret)).toEqual(expected), {timeout: 30_000, interval: 200})
  expect(await last.end('SIGTERM')).toEqual({code: 0, signal: null})
})
