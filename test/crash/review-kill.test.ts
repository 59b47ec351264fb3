import {join} from 'node:path'
import {afterAll, beforeAll, expect, onTestFinished, test, vi} from 'vitest'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {RunningService} from '../support/process/running-service.js'

let folder: TemporaryFolder

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
}, 90_000)
afterAll(() => folder.remove())

// biome-ignore lint/suspicious/noExplicitAny: answers are checked by expectations
async function ask(url: string, body?: object): Promise<any> {
  const json = {'content-type': 'application/json'}
  const answer = await fetch(
    url,
    body === undefined ? {} : {method: 'POST', headers: json, body: JSON.stringify(body)},
  )
  if (!answer.ok) throw new Error(await answer.text())
  return answer.json()
}

test('what was answered is there after kill -9: decisions, verdicts, notes, keys of requests, the trail', async () => {
  const dataDir = join(folder.path, 'data')
  const first = new RunningService(dataDir)
  onTestFinished(async () => void (await first.end('SIGKILL')))
  const {url} = await first.ready()
  const now = Date.now()
  const fixes = [
    {user_id: 'u1', lat: 40.71, lon: -74, event_time: now - 1_800_000},
    {user_id: 'u1', lat: 51.5, lon: -0.12, event_time: now - 60_000},
  ]
  for (const fix of fixes) await ask(`${url}/v1/events/locations`, fix)
  const transaction = {transaction_id: 't1', user_id: 'u1', amount: 6_000, event_time: now}
  const decision = await ask(`${url}/v1/decisions?deadline_ms=10000`, transaction)
  // It is told after the decision was answered.
  const alert = await vi.waitFor(async () => {
    const {items} = await ask(`${url}/v1/alerts`)
    expect(items).toHaveLength(1)
    return items[0]
  })
  await ask(`${url}/v1/alerts/${alert.alert_id}/assign`, {assignee: 'ana'})
  await ask(`${url}/v1/alerts/${alert.alert_id}/notes`, {text: 'called'})
  const given = await ask(`${url}/v1/alerts/${alert.alert_id}/feedback`, {
    verdict: 'fraud',
    feedback_id: 'f1',
  })
  const trail = await ask(`${url}/v1/audit`)
  await first.end('SIGKILL')

  const second = new RunningService(dataDir)
  try {
    const again = (await second.ready()).url
    expect(await ask(`${again}/v1/decisions?deadline_ms=10000`, transaction)).toEqual(decision)
    const detail = await ask(`${again}/v1/alerts/${alert.alert_id}`)
    expect(detail).toMatchObject({status: 'closed_fraud', assignee: 'ana', notes: [{text: 'called'}]})
    expect(await ask(`${again}/v1/audit`)).toEqual(trail)
    expect(trail.items.map(({action}: {action: string}) => action)).toEqual([
      'alert.verdict',
      'alert.note',
      'alert.assign',
    ])
    const repeated = await ask(`${again}/v1/alerts/${alert.alert_id}/feedback`, {
      verdict: 'fraud',
      feedback_id: 'f1',
    })
    expect([given.status, repeated.status]).toEqual(['accepted', 'duplicate'])
  } finally {
    await second.end('SIGTERM')
  }
}, 90_000)
