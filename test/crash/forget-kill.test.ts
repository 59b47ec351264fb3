import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {gunzipSync} from 'node:zlib'
import {afterAll, beforeAll, expect, test} from 'vitest'
import type {LedgerReport} from '../../src/adapters/http/status-service.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {entriesHolding, filesHolding} from '../support/process/card-number-search.js'
import {RunningService} from '../support/process/running-service.js'
import {triplineJson} from '../support/process/tripline.js'

const USER = 'usr-7d1f93aa'
const MEMO = 'memo-3c6ef372'
const EVENTS = 3_000

/** From before the tombstone is on the log to when the log is erased. */
const KILLED_AFTER_MS = [5, 30, 100, 300]

let folder: TemporaryFolder

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
}, 180_000)
afterAll(() => folder.remove())

const holdsMark = (text: string) => text.includes(USER) || text.includes(MEMO)

/** Every tenth payment is the user's; every hundredth of those comes twice. */
async function send(url: string): Promise<void> {
  const now = Date.now()
  const lines = Array.from({length: EVENTS}, (_, i) => {
    const isUsers = i % 10 === 0
    const id = isUsers && i % 1000 === 0 && i > 0 ? i - 10 : i
    const own = isUsers ? {user_id: USER, memo: MEMO} : {user_id: `u${i % 97}`}
    return JSON.stringify({transaction_id: `t${id}`, amount: 10 + (id % 50), event_time: now - 1_000, ...own})
  })
  const answer = await fetch(`${url}/v1/events/transactions`, {
    method: 'POST',
    headers: {'content-type': 'application/x-ndjson'},
    body: lines.join('\n'),
  })
  expect(answer.status).toBe(202)
}

async function ledgerOf(dataDir: string, before?: (url: string) => Promise<void>): Promise<unknown> {
  const service = new RunningService(dataDir)
  try {
    const {url} = await service.ready()
    await before?.(url)
    const {total} = (await (await fetch(`${url}/v1/ledger`)).json()) as LedgerReport
    return total
  } finally {
    await service.end('SIGTERM')
  }
}

test('a second call finishes what kill -9 interrupted, wherever that was', async () => {
  const dataDir = join(folder.path, 'data')
  const args = ['forget', '--user', USER, '--data-dir', dataDir]
  const before = await ledgerOf(dataDir, send)
  expect(before).toMatchObject({transactions: {in: EVENTS, duplicate: 2}})
  expect(await filesHolding(dataDir, holdsMark)).not.toEqual([])

  for (const delay of KILLED_AFTER_MS) {
    const service = new RunningService(dataDir)
    const {url} = await service.ready()
    const asked = fetch(`${url}/v1/users/${USER}`, {method: 'DELETE'}).catch(() => undefined)
    await sleep(delay)
    await service.end('SIGKILL')
    await asked
  }
  const done = await triplineJson<{erased: boolean}>(args)
  expect(done.erased).toBe(true)
  expect(await filesHolding(dataDir, holdsMark)).toEqual([])
  expect(await entriesHolding(dataDir, holdsMark)).toEqual([])
  expect(await ledgerOf(dataDir)).toEqual(before)
  const {differing} = await triplineJson<{differing: number}>([
    'state',
    'verify',
    '--data-dir',
    dataDir,
    '--json',
  ])
  expect(differing).toBe(0)

  const out = join(folder.path, 'export')
  await triplineJson(['export', '--data-dir', dataDir, '--out', out])
  const events = gunzipSync(await readFile(join(out, 'events.ndjson.gz'))).toString()
  expect(holdsMark(events)).toBe(false)
  expect(await filesHolding(out, holdsMark)).toEqual([])
  const replayed = await triplineJson<{ledger: unknown; compare: {equal: boolean}}>([
    ...['replay', '--input', join(out, 'events.ndjson.gz'), '--bundle', join(out, 'bundle')],
    ...['--out', join(folder.path, 'again'), '--compare', join(out, 'emitted')],
  ])
  expect(replayed.compare.equal).toBe(true)
  expect(replayed.ledger).toMatchObject({transactions: (before as {transactions: object}).transactions})
}, 180_000)
