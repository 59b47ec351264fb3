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
