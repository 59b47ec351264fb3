import {afterAll, afterEach, beforeAll, expect, test} from 'vitest'
import {readKeyFile, writeKeyFile} from '../../src/app/auth/key-file.js'
import {alertRecordSchema} from '../../src/core/decision/records.js'
import {ApiScene} from './support/api-scene.js'
import {ListeningClient} from './support/listening-client.js'

let scene: ApiScene
let clients: ListeningClient[] = []

beforeAll(async () => {
  scene = await ApiScene.begin({timeouts: {heartbeat: 200}})
})
afterAll(() => scene.end())
afterEach(() => {
  for (const client of clients) client.close()
  clients = []
})

async function listen(query = '', lastId?: string, as: 'ana' | 'bob' = 'ana'): Promise<ListeningClient> {
  const headers = {
    authorization: `Bearer ${scene.keys[as]}`,
    ...(lastId === undefined ? {} : {'last-event-id': lastId}),
  }
  const client = await ListeningClient.listen(`${scene.http.url}/v1/alerts/stream${query}`, headers)
  clients.push(client)
  return client
}

let made = 0

/** Raises an alert by each of so many payments; their ids. */
async function raise(count = 1, amount = 2000): Promise<readonly string[]> {
  const ids = Array.from({length: count}, () => `raised-${++made}`)
  await scene.send(
    ...ids.map((transaction_id) => ({transaction_id, user_id: `of-${transaction_id}`, amount})),
  )
  return ids
}
const anchors = (client: ListeningClient) => client.alerts.map(({data}) => data.anchor.id)

test('alerts come as they are raised, as records', async () => {
  const client = await listen()
  expect(client.response.headers['content-type']).toBe('text/event-stream')
  expect(client.response.headers['cache-control']).toBe('no-store')
  const ids = await raise(3)
  await expect.poll(() => anchors(client)).toEqual(ids)
  const [first] = client.alerts
  expect(first?.event).toBe('alert.opened')
  expect(() => alertRecordSchema.parse(first?.data)).not.toThrow()
})

test('Last-Event-ID goes on where the client was, without gap or repetition', async () => {
  const client = await listen()
  await raise(2)
  await expect.poll(() => client.alerts.length).toBe(2)
  client.close()
  const missed = await raise(3)
  const again = await listen('', client.lastId)
  const further = await raise(1)
  await expect.poll(() => anchors(again)).toEqual([...missed, ...further])
})

test('a client that heard nothing yet can go on, too', async () => {
  const client = await listen()
  await expect.poll(() => client.lastId).not.toBe('')
  client.close()
  const missed = await raise(1)
  const again = await listen('', client.lastId)
  await expect.poll(() => anchors(again)).toEqual(missed)
})

test.each(['0.0', '999999.0', 'nonsense', 'x'.repeat(500)])(
  'an id that is not known is told to resync: %j',
  async (id) => {
    const client = await listen('', id)
    await expect.poll(() => client.heard.map(({event}) => event)).toContain('resync')
    const ids = await raise(1)
    await expect.poll(() => anchors(client)).toEqual(ids)
  },
)

test('after a restart of the service a client is told to resync, unless nothing was missed', async () => {
  const client = await listen()
  await raise(1)
  await expect.poll(() => client.alerts.length).toBe(1)
  await scene.restart()
  await expect.poll(() => client.ended).toBe(true)
  expect(client.heard.at(-1)).toMatchObject({event: 'resync', data: {reason: 'the service stops'}})
  const again = await listen('', client.alerts[0]?.id)
  await expect.poll(() => again.heard.map(({event}) => event)).toContain('resync')
})

test('filters let through what they name', async () => {
  const [critical, large] = [await listen('?severity=critical'), await listen('?rule=large')]
  await raise(1)
  const [huge] = await raise(1, 20_000)
  await expect.poll(() => anchors(critical)).toEqual([huge])
  await expect.poll(() => large.alerts.length).toBe(2)
  expect(large.alerts.every(({data}) => data.rule.id === 'large')).toBe(true)
})

test('a quiet stream shows signs of life', async () => {
  const client = await listen()
  await expect.poll(() => client.beats, {timeout: 2_000}).toBeGreaterThanOrEqual(2)
})

test('a key that is revoked hears no more', async () => {
  const client = await listen('', undefined, 'bob')
  const keys = (await readKeyFile(scene.keyFile)) ?? []
  const revoked = {revoked_at: '2026-01-01T00:00:00Z', revoked_by: 'me'}
  await writeKeyFile(
    scene.keyFile,
    keys.map((key) => (key.name === 'bob' ? {...key, ...revoked} : key)),
  )
  await expect.poll(() => client.ended, {timeout: 4_000}).toBe(true)
  expect(client.heard.at(-1)?.data.reason).toContain('does not count any more')
  await writeKeyFile(scene.keyFile, keys)
})

test('a hundred clients hear every alert, in order', async () => {
  const many = await Promise.all(Array.from({length: 100}, () => listen()))
  const ids = [...(await raise(100)), ...(await raise(100))]
  for (const client of many) await expect.poll(() => client.alerts.length, {timeout: 20_000}).toBe(ids.length)
  expect(many.every((client) => JSON.stringify(anchors(client)) === JSON.stringify(ids))).toBe(true)
})

test('the service stops in time though clients listen', async () => {
  await listen()
  const begun = performance.now()
  await scene.restart()
  expect(performance.now() - begun).toBeLessThan(5_000)
})

test.each(['?severity=all', '?limit=3', '?rule='])(
  'a filter that is not known is refused: %s',
  async (query) => {
    const client = await listen(query)
    expect(client.status).toBe(400)
  },
)

test('HEAD does not listen', async () => {
  const {status} = await scene.ask('HEAD /v1/alerts/stream', {as: 'ana'})
  expect(status).toBe(200)
})
