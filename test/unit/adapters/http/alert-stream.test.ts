import {expect, test} from 'vitest'
import {ListeningClient} from '../../../api/support/listening-client.js'
import {alertRecord, listeningServer} from './fake-services.js'

test('a client that does not read is cut off and told to resync, and holds up nobody', async () => {
  const {url, alertFeed} = await listeningServer()
  const listen = () => ListeningClient.listen(`${url}/v1/alerts/stream`, {})
  const [slow, other] = [await listen(), await listen()]
  slow.stopReading()
  // What waits for a client in the buffers of the system are megabytes: 40 of them are sent.
  const long = alertRecord(1, {reason: 'x'.repeat(40_000)})
  for (let sequence = 1; sequence <= 1_000; sequence++) {
    alertFeed.publish(sequence, [long])
    if (sequence % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => other.alerts.length, {timeout: 10_000}).toBe(1_000)
  slow.response.resume()
  await expect.poll(() => slow.ended, {timeout: 5_000}).toBe(true)
  expect(slow.alerts.length).toBeLessThan(1_000)
  expect(alertFeed.listening).toBe(1)
  other.close()
  await expect.poll(() => alertFeed.listening).toBe(0)
})

test('more clients than there may be are refused', async () => {
  const {url, alertFeed} = await listeningServer()
  const clients = await Promise.all(
    Array.from({length: 201}, () => ListeningClient.listen(`${url}/v1/alerts/stream`, {})),
  )
  expect(clients.filter(({status}) => status === 429)).toHaveLength(1)
  expect(alertFeed.listening).toBe(200)
  for (const client of clients) client.close()
})

test('of a hundred clients those that read hear everything; the slow ones are cut off, and come back', async () => {
  const {url, alertFeed} = await listeningServer()
  const listen = (query: string, headers = {}) =>
    ListeningClient.listen(`${url}/v1/alerts/stream${query}`, headers)
  const reading = await Promise.all(Array.from({length: 90}, () => listen('?severity=low')))
  const slow = await Promise.all(Array.from({length: 10}, () => listen('')))
  for (const client of slow) client.stopReading()
  const long = alertRecord(0, {severity: 'high', reason: 'x'.repeat(40_000)})
  for (let sequence = 1; sequence <= 350; sequence++) {
    alertFeed.publish(sequence, [long, alertRecord(sequence, {severity: 'low'})])
    await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => alertFeed.listening, {timeout: 20_000}).toBe(90)
  const places = Array.from({length: 350}, (_, i) => `${i + 1}.1`)
  for (const client of reading) {
    await expect.poll(() => client.alerts.length, {timeout: 20_000}).toBe(350)
    expect(client.alerts.map(({id}) => id)).toEqual(places)
  }
  for (const client of slow) client.response.resume()
  await expect.poll(() => slow.every(({ended}) => ended), {timeout: 20_000}).toBe(true)
  const again = await Promise.all(slow.map(({lastId}) => listen('?severity=low', {'last-event-id': lastId})))
  alertFeed.publish(351, [alertRecord(351, {severity: 'low'})])
  // Each knows what it missed: by the alerts themselves, or because it is told to read the list.
  for (const [i, client] of again.entries()) {
    await expect.poll(() => client.alerts.at(-1)?.id).toBe('351.0')
    const heard = [...(slow[i]?.heard ?? []), ...client.heard]
    const missed = places.filter((place) => !heard.some(({id}) => id === place))
    if (missed.length > 0) expect(heard.map(({event}) => event)).toContain('resync')
  }
  for (const client of [...reading, ...again]) client.close()
  await expect.poll(() => alertFeed.listening).toBe(0)
})
