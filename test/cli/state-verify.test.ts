import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {EmbeddedDatabase} from '../../src/adapters/embedded/database.js'
import type {StateVerdict} from '../../src/app/state/verify-state.js'
import {type TemporaryFolder, temporaryFolder} from '../conformance/temporary-folder.js'
import {ensureBuilt} from '../support/process/built-program.js'
import {RunningService} from '../support/process/running-service.js'
import {tripline} from '../support/process/tripline.js'

let folder: TemporaryFolder
let dataDir: string

const verify = (...args: readonly string[]) => tripline(['state', 'verify', '--data-dir', dataDir, ...args])

beforeAll(async () => {
  await ensureBuilt()
  folder = await temporaryFolder()
  dataDir = join(folder.path, 'data')
}, 90_000)
afterAll(() => folder.remove())

test('says so where there is nothing, and makes no folder', async () => {
  const {code, stderr} = await verify()
  expect(code).toBe(2)
  expect(stderr).toContain('no service has stored anything here')
  expect(existsSync(dataDir)).toBe(false)
})

test('a stopped service is compared with its log: nothing differs, or what does is told with exit code 1', async () => {
  const service = new RunningService(dataDir)
  const {url} = await service.ready()
  const events = Array.from({length: 40}, (_, i) => {
    const event_time = Date.now() - 1_000 * (40 - i)
    return JSON.stringify({transaction_id: `t${i}`, user_id: `u${i % 5}`, amount: 1 + i, event_time})
  })
  const headers = {'content-type': 'application/x-ndjson'}
  await fetch(`${url}/v1/events/transactions`, {method: 'POST', headers, body: events.join('\n')})
  expect(await verify()).toMatchObject({code: 3})
  await service.end('SIGTERM')

  expect(await verify()).toEqual({
    code: 0,
    stdout: '40 inputs read again, 5 keys compared: the stored state follows from the log\n',
    stderr: '',
  })
  const database = await EmbeddedDatabase.open(dataDir)
  const [event] = await database.level.keys({gte: 'k/00000000/u3/e', limit: 1}).all()
  await database.level.del(event as string)
  await database.close()
  const {code, stdout} = await verify('--json')
  expect(code).toBe(1)
  const verdict = JSON.parse(stdout) as StateVerdict
  expect(verdict).toMatchObject({inputs: 40, keys: 5, differing: 1})
  expect(verdict.differences[0]?.place).toBe('user_id u3')
  expect(verdict.differences[0]?.detail).toMatch(
    /^event transactions t3 at \d+ follows from the log and is not stored$/,
  )
  expect((await verify()).stdout).toContain('user_id u3: event transactions t3')
})
